#include "log/member_position.h"

#include <fmt/core.h>

#include "base/codec.h"

namespace borealis::log {
namespace {

constexpr uint32_t kMagic = 0x504d4c42;  // "BLMP"
constexpr uint16_t kVersion = 1;

}  // namespace

Bytes EncodeMemberPosition(const MemberPosition& position) {
  Bytes bytes;
  Encoder out(bytes);
  out.Int(kMagic);
  out.Int(kVersion);
  out.Int(uint16_t{0});
  out.Int(position.finished.value);
  out.Int(position.needed.segment.value);
  out.Int(position.needed.offset);
  out.Int(position.needed.index);
  out.Int(position.updated_us);
  out.Text(std::string_view(position.name).substr(0, kMemberPositionTextMax));
  out.Text(std::string_view(position.endpoint).substr(0, kMemberPositionTextMax));
  out.Int(Hash64(bytes, kMemberPositionSeed));
  return bytes;
}

Result<MemberPosition> DecodeMemberPosition(ByteView bytes) {
  Decoder in(bytes);
  const auto magic = in.Int<uint32_t>();
  const auto version = in.Int<uint16_t>();
  if (in.ok() && magic == kMagic && version > kVersion) {
    return Status(Code::kUnsupported,
                  fmt::format("member position version {} is newer than this software's {}",
                              version, kVersion));
  }
  const auto zero = in.Int<uint16_t>();
  MemberPosition position;
  position.finished.value = in.Int<int64_t>();
  position.needed.segment.value = in.Int<uint64_t>();
  position.needed.offset = in.Int<uint64_t>();
  position.needed.index = in.Int<uint32_t>();
  position.updated_us = in.Int<int64_t>();
  position.name = in.Text();
  position.endpoint = in.Text();
  const auto checksum = in.Int<uint64_t>();
  if (!in.done() || magic != kMagic || version != kVersion || zero != 0 ||
      position.finished < Seqno::Zero() || position.name.size() > kMemberPositionTextMax ||
      position.endpoint.size() > kMemberPositionTextMax ||
      checksum != Hash64(bytes.first(bytes.size() - 8), kMemberPositionSeed)) {
    return Status(Code::kCorruption, "damaged member position");
  }
  return position;
}

}  // namespace borealis::log

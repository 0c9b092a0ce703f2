#include "log/identity.h"

#include <cstring>

#include "base/codec.h"

namespace borealis::log {
namespace {

constexpr uint32_t kMagic = 0x44494c42;  // "BLID"
constexpr uint32_t kRegisterVersion = 1;
constexpr size_t kIdentityBytes = 4 + 4 + 16 + 4 + 4 + 8 + 8;

Status Newer(uint32_t theirs, uint32_t ours) {
  return {Code::kUnsupported,
          fmt::format("volume format version {} is newer than this software's {}: install the "
                      "release that wrote it, or a later one",
                      theirs, ours)};
}

}  // namespace

Bytes EncodeIdentity(const Identity& identity) {
  Bytes bytes;
  bytes.reserve(kIdentityBytes);
  Encoder out(bytes);
  out.Int(kMagic);
  out.Int(kRegisterVersion);
  out.Raw(std::as_bytes(std::span(identity.volume.bytes)));
  out.Int(identity.format_version);
  out.Int(identity.certification_window);
  out.Int(identity.created_us);
  out.Int(Hash64(bytes, kIdentitySeed));
  return bytes;
}

Result<Identity> DecodeIdentity(ByteView bytes) {
  Decoder in(bytes);
  Identity identity;
  const auto magic = in.Int<uint32_t>();
  const auto version = in.Int<uint32_t>();
  if (in.ok() && magic == kMagic && version > kRegisterVersion) {
    return Newer(version, kRegisterVersion);
  }
  const ByteView volume = in.Raw(identity.volume.bytes.size());
  if (in.ok()) std::memcpy(identity.volume.bytes.data(), volume.data(), volume.size());
  identity.format_version = in.Int<uint32_t>();
  identity.certification_window = in.Int<uint32_t>();
  identity.created_us = in.Int<int64_t>();
  const auto checksum = in.Int<uint64_t>();
  if (!in.done() || magic != kMagic || version != kRegisterVersion ||
      checksum != Hash64(bytes.first(kIdentityBytes - sizeof(checksum)), kIdentitySeed)) {
    return Status(Code::kCorruption, "the volume's identity register is damaged");
  }
  if (identity.format_version > kFormatVersion) {
    return Newer(identity.format_version, kFormatVersion);
  }
  if (identity.volume.IsNil() || identity.format_version == 0 ||
      identity.certification_window == 0 ||
      identity.certification_window > kCertificationWindowMax) {
    return Status(Code::kCorruption, "the volume's identity register holds impossible values");
  }
  return identity;
}

Result<Identity> ReadIdentity(storage::Backend& backend) {
  ASSIGN_OR_RETURN(const storage::RegisterValue value, backend.ReadRegister(kIdentityRegister));
  if (value.version == 0) {
    return Status(Code::kNotFound,
                  fmt::format("{}: no volume here; make one with `borealis volume create`",
                              backend.Describe()));
  }
  Result<Identity> identity = DecodeIdentity(value.value);
  if (!identity.ok()) return identity.status().WithContext(backend.Describe());
  return identity;
}

}  // namespace borealis::log

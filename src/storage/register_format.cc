#include "storage/register_format.h"

#include <fmt/core.h>

#include "base/codec.h"

namespace borealis::storage {
namespace {

constexpr size_t kChecksumBytes = 8;

}  // namespace

Status RegisterFormat::Damaged() const {
  return {Code::kCorruption, fmt::format("the volume's register \"{}\" is damaged", name)};
}

Bytes FrameRegister(const RegisterFormat& format, ByteView body, uint32_t version) {
  Bytes bytes;
  Encoder out(bytes);
  out.Int(format.magic);
  out.Int(version);
  out.Raw(body);
  out.Int(Hash64(bytes, format.seed));
  return bytes;
}

Result<RegisterContent> OpenRegister(const RegisterFormat& format, ByteView bytes) {
  Decoder in(bytes);
  const auto magic = in.Int<uint32_t>();
  const auto version = in.Int<uint32_t>();
  if (!in.ok() || magic != format.magic || version == 0) return format.Damaged();
  if (version > format.version) {
    return Status(Code::kUnsupported,
                  fmt::format("the register \"{}\" is of a newer release: upgrade", format.name));
  }
  if (in.remaining() < kChecksumBytes) return format.Damaged();
  const ByteView body = in.Raw(in.remaining() - kChecksumBytes);
  const ByteView hashed = bytes.first(bytes.size() - kChecksumBytes);
  if (in.Int<uint64_t>() != Hash64(hashed, format.seed)) return format.Damaged();
  return RegisterContent{version, body};
}

Result<ByteView> RegisterBody(const RegisterFormat& format, ByteView bytes) {
  ASSIGN_OR_RETURN(const RegisterContent content, OpenRegister(format, bytes));
  return content.body;
}

}  // namespace borealis::storage

#include "log/gtid_source.h"

#include "base/codec.h"

namespace borealis::log {
namespace {

constexpr uint32_t kGtidMagic = 0x54474c42;  // "BLGT"
constexpr uint32_t kGtidVersion = 1;

}  // namespace

Bytes EncodeGtidSource(const GtidSource& source) {
  Bytes bytes;
  Encoder out(bytes);
  out.Int(kGtidMagic);
  out.Int(kGtidVersion);
  out.Int(source.domain);
  out.Int(source.server);
  out.Int(Hash64(bytes, kGtidSourceSeed));
  return bytes;
}

Result<GtidSource> DecodeGtidSource(ByteView bytes) {
  Decoder in(bytes);
  const auto magic = in.Int<uint32_t>();
  const auto version = in.Int<uint32_t>();
  if (in.ok() && magic == kGtidMagic && version > kGtidVersion) {
    return Status(Code::kUnsupported, "the register \"gtid\" is of a newer release: upgrade");
  }
  GtidSource source;
  source.domain = in.Int<uint32_t>();
  source.server = in.Int<uint32_t>();
  const size_t hashed = bytes.size() - in.remaining();
  const auto checksum = in.Int<uint64_t>();
  if (!in.done() || magic != kGtidMagic || version != kGtidVersion ||
      checksum != Hash64(bytes.first(hashed), kGtidSourceSeed)) {
    return Status(Code::kCorruption, "the volume's register \"gtid\" is damaged");
  }
  return source;
}

Result<GtidSource> AgreeOnGtidSource(storage::Backend& backend, const GtidSource& own) {
  while (true) {
    ASSIGN_OR_RETURN(const storage::RegisterValue value, backend.ReadRegister(kGtidRegister));
    if (value.version != 0) {
      auto source = DecodeGtidSource(value.value);
      if (!source.ok()) return source.status().WithContext(backend.Describe());
      return source;
    }
    const auto swapped = backend.SwapRegister(kGtidRegister, 0, EncodeGtidSource(own));
    if (swapped.ok()) return own;
    const Code code = swapped.status().code();
    if (code != Code::kConflict && code != Code::kUnknown) return swapped.status();
  }
}

}  // namespace borealis::log

#include "snapshot/envelope.h"

#include <fmt/core.h>

#include "base/codec.h"

namespace borealis::snapshot {

Bytes Wrap(const EnvelopeFormat& format, ByteView payload) {
  Bytes bytes;
  bytes.reserve(payload.size() + 32);
  Encoder encoder(bytes);
  encoder.Raw(AsBytes(format.magic));
  encoder.Int(format.version);
  encoder.Blob(payload);
  encoder.Int(Hash64(bytes, format.seed));
  return bytes;
}

Result<Unwrapped> Unwrap(const EnvelopeFormat& format, ByteView bytes) {
  Decoder decoder(bytes);
  const std::string_view magic = AsText(decoder.Raw(format.magic.size()));
  Unwrapped unwrapped;
  unwrapped.version = decoder.Int<uint32_t>();
  if (!decoder.ok() || magic != format.magic) {
    return Status(Code::kCorruption, fmt::format("damaged {}: this is none", format.name));
  }
  if (unwrapped.version > format.version) {
    return Status(Code::kUnsupported,
                  fmt::format("the {} has format {}, this release reads up to {}: upgrade",
                              format.owner, unwrapped.version, format.version));
  }
  unwrapped.payload = decoder.Blob();
  const size_t hashed = bytes.size() - decoder.remaining();
  const auto hash = decoder.Int<uint64_t>();
  if (!decoder.done() || unwrapped.version == 0 ||
      hash != Hash64(bytes.first(hashed), format.seed)) {
    return Status(Code::kCorruption, fmt::format("damaged {}: checksum", format.name));
  }
  return unwrapped;
}

}  // namespace borealis::snapshot

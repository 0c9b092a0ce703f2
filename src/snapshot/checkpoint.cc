#include "snapshot/checkpoint.h"

#include <fmt/core.h>

#include <cstring>
#include <span>

#include "base/codec.h"

namespace borealis::snapshot {
namespace {

constexpr std::string_view kMagic = "BRLCHKPT";

}  // namespace

Bytes EncodeCheckpoint(const Checkpoint& checkpoint) {
  Bytes payload;
  payload.reserve(64 + checkpoint.certifier.size());
  Encoder inner(payload);
  inner.Raw(std::as_bytes(std::span(checkpoint.volume.bytes)));
  inner.Int(checkpoint.seqno.value);
  inner.Int(checkpoint.position.segment.value);
  inner.Int(checkpoint.position.offset);
  inner.Int(checkpoint.position.index);
  inner.Blob(checkpoint.certifier);
  Bytes bytes;
  bytes.reserve(payload.size() + 32);
  Encoder encoder(bytes);
  encoder.Raw(AsBytes(kMagic));
  encoder.Int(kCheckpointVersion);
  encoder.Blob(payload);
  encoder.Int(Hash64(bytes, kCheckpointSeed));
  return bytes;
}

Result<Checkpoint> DecodeCheckpoint(ByteView bytes) {
  const Status damaged(Code::kCorruption, "damaged checkpoint");
  Decoder decoder(bytes);
  const std::string_view magic = AsText(decoder.Raw(kMagic.size()));
  const auto version = decoder.Int<uint32_t>();
  if (!decoder.ok() || magic != kMagic || version == 0) return damaged;
  if (version > kCheckpointVersion) {
    return Status(Code::kUnsupported,
                  fmt::format("the checkpoint has format {}, this release reads up to {}: upgrade",
                              version, kCheckpointVersion));
  }
  const ByteView payload = decoder.Blob();
  const size_t hashed = bytes.size() - decoder.remaining();
  const auto hash = decoder.Int<uint64_t>();
  if (!decoder.done() || hash != Hash64(bytes.first(hashed), kCheckpointSeed)) return damaged;

  Decoder inner(payload);
  Checkpoint checkpoint;
  const ByteView volume = inner.Raw(checkpoint.volume.bytes.size());
  checkpoint.seqno.value = inner.Int<int64_t>();
  checkpoint.position.segment.value = inner.Int<uint64_t>();
  checkpoint.position.offset = inner.Int<uint64_t>();
  checkpoint.position.index = inner.Int<uint32_t>();
  const ByteView certifier = inner.Blob();
  if (!inner.done() || checkpoint.seqno < Seqno::Zero()) return damaged;
  std::memcpy(checkpoint.volume.bytes.data(), volume.data(), volume.size());
  checkpoint.certifier.assign(certifier.begin(), certifier.end());
  return checkpoint;
}

}  // namespace borealis::snapshot

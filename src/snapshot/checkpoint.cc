#include "snapshot/checkpoint.h"

#include <cstring>
#include <span>

#include "base/codec.h"
#include "snapshot/envelope.h"

namespace borealis::snapshot {
namespace {

constexpr EnvelopeFormat kFormat = {"BRLCHKPT", kCheckpointVersion, kCheckpointSeed, "checkpoint",
                                    "checkpoint"};
constexpr EnvelopeFormat kPlainFormat = {"BRLCHKPT", 1, kCheckpointSeed, "checkpoint",
                                         "checkpoint"};

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
  if (checkpoint.data_key != 0) inner.Int(checkpoint.data_key);
  return Wrap(checkpoint.data_key == 0 ? kPlainFormat : kFormat, payload);
}

Result<Checkpoint> DecodeCheckpoint(ByteView bytes) {
  ASSIGN_OR_RETURN(const Unwrapped unwrapped, Unwrap(kFormat, bytes));
  Decoder inner(unwrapped.payload);
  Checkpoint checkpoint;
  const ByteView volume = inner.Raw(checkpoint.volume.bytes.size());
  checkpoint.seqno.value = inner.Int<int64_t>();
  checkpoint.position.segment.value = inner.Int<uint64_t>();
  checkpoint.position.offset = inner.Int<uint64_t>();
  checkpoint.position.index = inner.Int<uint32_t>();
  const ByteView certifier = inner.Blob();
  if (unwrapped.version > 1) checkpoint.data_key = inner.Int<uint32_t>();
  if (!inner.done() || checkpoint.seqno < Seqno::Zero() ||
      (unwrapped.version > 1 && checkpoint.data_key == 0)) {
    return Status(Code::kCorruption, "damaged checkpoint: fields");
  }
  std::memcpy(checkpoint.volume.bytes.data(), volume.data(), volume.size());
  checkpoint.certifier.assign(certifier.begin(), certifier.end());
  return checkpoint;
}

}  // namespace borealis::snapshot

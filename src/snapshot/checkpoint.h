// Checkpoint: certification state as of one seqno, and where the log goes on after it. A server
// that starts reads the log from there instead of from its beginning.
//
//   file    = "BRLCHKPT" version:u32 payload hash:u64   hash = XXH3-64(all before, kCheckpointSeed)
//   payload = length:u32, then volume:16 bytes  seqno:i64
//             position(segment:u64 offset:u64 index:u32)  certifier:blob     blob = length:u32
//             bytes
//             data_key:u32                                                   version 2 only
//
// Little-endian; nothing may follow. certifier is Certifier::Save(), with a checksum of its own;
// version 2 is that of an encrypted volume, where it is sealed (sealed_stream.h).
#pragma once

#include "base/bytes.h"
#include "base/status.h"
#include "base/uuid.h"
#include "model/ids.h"

namespace borealis::snapshot {

struct Checkpoint {
  Uuid volume;
  Seqno seqno = Seqno::Zero();
  // Where the record after `seqno` is looked for.
  Position position;
  Bytes certifier;        // Certifier::Save() as of seqno
  uint32_t data_key = 0;  // what it is sealed under in the file; 0: it is in the clear
  bool operator==(const Checkpoint&) const = default;
};

inline constexpr uint32_t kCheckpointVersion = 2;
inline constexpr uint64_t kCheckpointSeed = 0x636865636b707431;
inline constexpr size_t kCheckpointBytesMax = 1ull << 30;

Bytes EncodeCheckpoint(const Checkpoint& checkpoint);
// kCorruption; kUnsupported when a newer release wrote it.
Result<Checkpoint> DecodeCheckpoint(ByteView bytes);

}  // namespace borealis::snapshot

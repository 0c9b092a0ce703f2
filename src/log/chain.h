// Register "chain": the segments of the log, in order.
//
//   chain    := u32 magic "BLCH"  u32 register version(1)  u32 entry count  u32 zero  entry*
//               u64 checksum
//   entry    := u64 segment  u64 epoch  i64 seqno before  i64 time before  u64 final size
//               u64 oldest chunk segment  u64 medium bytes  u64 sealed(0, 1)
//   checksum := Hash64(everything before, ChainSeed): another volume's chain never passes
//
// Invariants, checked when decoding: at least one entry; ids and epochs strictly increase; seqno
// and time before never decrease; all but the last are sealed, the last is open with final size 0;
// an entry's oldest chunk segment is at most its own id.
#pragma once

#include "base/status.h"
#include "log/log.h"

namespace borealis::log {

inline constexpr char kChainRegister[] = "chain";

// Hash64(volume uuid, kChainSeed).
inline constexpr uint64_t kChainSeed = 0x636861696e;
uint64_t ChainSeed(const Uuid& volume);

// REQUIRES: the invariants above.
Bytes EncodeChain(const Chain& chain, const Uuid& volume);
// `version` is left 0. kCorruption, kUnsupported.
Result<Chain> DecodeChain(ByteView bytes, const Uuid& volume);

// Reads and decodes. kNotFound: the volume was never finished.
Result<Chain> ReadChainRegister(storage::Backend& backend, const Uuid& volume);

// nullptr when not in the chain.
const ChainEntry* FindEntry(const Chain& chain, SegmentId segment);
// The entry after `segment`; nullptr when it is the last or not in the chain.
const ChainEntry* NextEntry(const Chain& chain, SegmentId segment);
// kCorruption: the record after `seqno` can't lie at `position`, as far as the chain tells. Ok
// where the segment is not in it.
Status CheckPlace(const Chain& chain, const Position& position, Seqno seqno);

}  // namespace borealis::log

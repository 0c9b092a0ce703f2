// Register "skips": records that an operator has decided never to apply, because no node can.
//
//   skips    := u32 magic "BLSK"  u32 register version(1)  u32 entry count  entry*  u64 checksum
//   entry    := i64 seqno  i64 decided at, us since 1970  text reason      text = u32 length, bytes
//   checksum := Hash64(everything before, kSkipsSeed)
//
// A skipped record keeps its seqno and its verdict, so certification is the same with and without
// it; where its effects would be applied, nothing is. Data that holds its effects is no cache of
// the log any more: a cache remembers how many entries it has respected (snapshot/cache_state.h).
//
// Invariants: entries are in the order of the decisions and are only ever added; seqnos are above 0
// and occur once. The register changes only while no server is attached, so a server's knowledge
// of it is good for its whole life.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "model/ids.h"
#include "storage/backend.h"

namespace borealis::log {

inline constexpr char kSkipsRegister[] = "skips";
inline constexpr uint64_t kSkipsSeed = 0x736b697073;
inline constexpr size_t kSkipReasonBytesMax = 512;
inline constexpr size_t kSkipsMax = 1024;

struct Skip {
  Seqno seqno;
  int64_t decided_us = 0;
  std::string reason;
  bool operator==(const Skip&) const = default;
};

Bytes EncodeSkips(const std::vector<Skip>& skips);
// kCorruption, kUnsupported.
Result<std::vector<Skip>> DecodeSkips(ByteView bytes);

// Empty when nothing was ever skipped.
Result<std::vector<Skip>> ReadSkips(storage::Backend& backend);

// In the order of the decisions.
std::vector<Seqno> SkippedSeqnos(const std::vector<Skip>& skips);

// What AddSkip says of them.
Status ServersAreAttached(const storage::Backend& backend);
Status SkippedAlready(Seqno seqno);

// Durable when ok. kAlreadyExists: it is skipped already. kInvalidArgument: servers are attached
// (backend.NeedsRecovery() is false), or the reason is too long. kUnavailable: too many entries.
Status AddSkip(storage::Backend& backend, const Skip& skip);

}  // namespace borealis::log

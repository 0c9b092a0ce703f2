// What a member has finished and what it would need of the log to start again: the hint
// "position.<uuid of its incarnation>", which it renews while it lives and leaves behind.
//
//   position := u32 magic "BLMP"  u16 version(1)  u16 zero  i64 finished
//               needed(u64 segment  u64 offset  u32 index)  i64 updated, us since 1970
//               text name  text endpoint  u64 checksum            text = u32 length, bytes
//   checksum := Hash64(everything before, kMemberPositionSeed)
//
// A hint: the last writer wins, a crash of all machines may take it. Then a member whose part of
// the log was trimmed restores a snapshot, so nothing hangs on it but that work.
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/status.h"
#include "model/ids.h"

namespace borealis::log {

inline constexpr char kPositionPrefix[] = "position.";
inline constexpr uint64_t kMemberPositionSeed = 0x706f736974696f6e;
inline constexpr size_t kMemberPositionTextMax = 255;

struct MemberPosition {
  Seqno finished = Seqno::Zero();  // everything up to it is applied or rolled back there
  Position needed;                 // of the log, to know its certification state at a restart
  int64_t updated_us = 0;          // the member's wall clock
  std::string name;
  std::string endpoint;
  bool operator==(const MemberPosition&) const = default;
};

// Texts are cut to kMemberPositionTextMax bytes.
Bytes EncodeMemberPosition(const MemberPosition& position);
// kCorruption, kUnsupported.
Result<MemberPosition> DecodeMemberPosition(ByteView bytes);

}  // namespace borealis::log

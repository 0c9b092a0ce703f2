// ReplicaFaults: what a member asks the others to hold back of it, for a while. Values and codec.
//
//   hint "fault.<uuid of the member>" := u32 magic "BLRF"  u16 version(1)  u16 count  entry*
//                                        u64 checksum
//   entry    := u64 percent, the bits of a double from 0 to 100  i64 until, us since 1970
//               text node (empty: all others)                     text = u32 length, bytes
//   checksum := Hash64(everything before, kReplicaFaultsSeed)
//
// A hint: it may vanish, and with it the fault.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/status.h"

namespace borealis::faults {

inline constexpr char kReplicaFaultsPrefix[] = "fault.";
inline constexpr uint64_t kReplicaFaultsSeed = 0x6661756c74;
inline constexpr size_t kReplicaFaultsMax = 32;     // entries
inline constexpr size_t kReplicaFaultNameMax = 64;  // bytes

struct ReplicaFault {
  std::string node;  // that is to see less; empty: all others
  double percent = 0;
  int64_t until_us = 0;  // wall clock
  bool operator==(const ReplicaFault&) const = default;
};

class ReplicaFaults {
 public:
  // Replaces what the same node was asked for; for all others, everything. 0 percent: takes it
  // back.
  void Set(const ReplicaFault& fault);
  // Drops what is over; true if something was.
  bool Expire(int64_t now_us);
  bool empty() const { return entries_.empty(); }
  // What `node` is to hold back; null: nothing. What names it comes first.
  const ReplicaFault* For(const std::string& node, int64_t now_us) const;

  Bytes Encode() const;
  // kCorruption, kUnsupported.
  static Result<ReplicaFaults> Decode(ByteView bytes);
  bool operator==(const ReplicaFaults&) const = default;

 private:
  std::vector<ReplicaFault> entries_;
};

}  // namespace borealis::faults

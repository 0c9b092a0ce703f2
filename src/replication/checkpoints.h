// Checkpoints: where a start takes its certification state from, and when the next one is due.
// Pure; checkpointer.h writes them, replicator_rebuild.cc reads them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/ids.h"

namespace borealis::replication {

// Certification state as of `seqno`, and what has it.
struct StateSource {
  enum class Kind { kCheckpoint, kSnapshot, kLog };
  Kind kind = Kind::kLog;
  Seqno seqno = Seqno::Zero();
  bool operator==(const StateSource&) const = default;
};
std::string ToString(const StateSource& source);

// What a server whose data is at `start` may begin with, best first: the newest that is not past
// `start`; of equals the own checkpoint, which is at hand. The last is the log from its beginning.
std::vector<StateSource> OrderSources(Seqno start, const std::vector<Seqno>& checkpoints,
                                      const std::vector<Seqno>& snapshots);

// When to take the next checkpoint. Three conditions:
//   enough log was read since the last one, and eight times its own size: writing it is a small
//   share of what the log writes;
//   the last one is not past what is applied here, so that at most one is of no use after a crash;
//   some seconds have passed: what was applied before them, the storage engines have written.
class CheckpointPace {
 public:
  static constexpr int64_t kPauseMsMin = 5000;
  static constexpr uint64_t kSizeShare = 8;

  CheckpointPace(uint64_t every_bytes, int64_t tick_ms)
      : every_bytes_(every_bytes), pause_ticks_(kPauseMsMin / tick_ms) {}

  // The log was read up to here.
  void Read(const Position& next);
  void Tick() { ++ticks_; }
  bool Due(Seqno applied) const;
  void Taken(Seqno seqno);
  void Written(uint64_t bytes) { size_ = bytes; }  // of the last one taken

 private:
  const uint64_t every_bytes_;
  const int64_t pause_ticks_;
  Position last_;
  uint64_t bytes_ = 0;  // read since the last was taken
  int64_t ticks_ = 0;   // since then
  uint64_t size_ = 0;
  Seqno taken_ = Seqno::Zero();
};

}  // namespace borealis::replication

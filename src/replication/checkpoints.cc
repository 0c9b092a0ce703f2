#include "replication/checkpoints.h"

#include <fmt/core.h>

#include <algorithm>

namespace borealis::replication {

std::string ToString(const StateSource& source) {
  switch (source.kind) {
    case StateSource::Kind::kCheckpoint:
      return fmt::format("the checkpoint at seqno {}", source.seqno);
    case StateSource::Kind::kSnapshot:
      return fmt::format("snapshot {}", source.seqno);
    case StateSource::Kind::kLog:
      return "the log from its beginning";
  }
  return "?";
}

std::vector<StateSource> OrderSources(Seqno start, const std::vector<Seqno>& checkpoints,
                                      const std::vector<Seqno>& snapshots) {
  std::vector<StateSource> sources;
  const auto add = [&](StateSource::Kind kind, const std::vector<Seqno>& seqnos) {
    for (const Seqno seqno : seqnos) {
      // The state before the first record is the beginning of the log.
      if (seqno > Seqno::Zero() && seqno <= start) sources.push_back({kind, seqno});
    }
  };
  add(StateSource::Kind::kCheckpoint, checkpoints);
  add(StateSource::Kind::kSnapshot, snapshots);
  std::stable_sort(sources.begin(), sources.end(),
                   [](const StateSource& a, const StateSource& b) { return a.seqno > b.seqno; });
  sources.push_back({StateSource::Kind::kLog, Seqno::Zero()});
  return sources;
}

// Where a segment is crossed what was left of the one before is not counted: a little too few.
void CheckpointPace::Read(const Position& next) {
  const uint64_t from = next.segment == last_.segment ? last_.offset : 0;
  if (next.offset > from) bytes_ += next.offset - from;
  last_ = next;
}

bool CheckpointPace::Due(Seqno applied) const {
  return bytes_ >= std::max(every_bytes_, kSizeShare * size_) && taken_ <= applied &&
         ticks_ >= pause_ticks_;
}

void CheckpointPace::Taken(Seqno seqno) {
  taken_ = seqno;
  bytes_ = 0;
  ticks_ = 0;
}

}  // namespace borealis::replication

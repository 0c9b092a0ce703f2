// Upkeep of a volume: when a snapshot is due, which snapshots go, how far the log is trimmed, when
// an export is due, what an operator should know early. Pure: facts and a policy in, a plan out.
//
// What is kept:
//   snapshots   the newest `keep` that can be read; those made within the retention window, and the
//               newest before it, so that every moment of the window can be restored. Once the log
//               takes more than retention_mib, only the newest `keep`.
//   log         from the oldest kept snapshot on, and whatever a member would need to start again.
//   A
//               member that was not heard of for absent_minutes is not waited for: it restores a
//               snapshot when it comes back.
// The log is trimmed by whole segments, and never without a snapshot that can be read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "log/log.h"
#include "log/member_position.h"
#include "node/export_state.h"

namespace borealis::node {

struct UpkeepPolicy {
  uint64_t snapshot_mib = 1024;  // of log since the last snapshot make the next one due; 0: never
  uint64_t snapshot_minutes = 1440;  // so does this time, if anything was written; 0: never
  uint64_t keep = 2;                 // snapshots
  uint64_t retention_minutes = 60;
  uint64_t retention_mib = 16 << 10;  // of log
  uint64_t absent_minutes = 1440;
  uint64_t look_seconds = 10;    // between looks at the volume
  uint64_t export_minutes = 60;  // between two exports into export_directory
  uint64_t export_keep = 2;      // snapshots there
  std::string export_directory;  // "export"; absolute; empty: none is made
  bool operator==(const UpkeepPolicy&) const = default;

  // "snapshot_mib=1024;keep=2;export=/mnt/backup/vol". kInvalidArgument says what is wrong and what
  // can be given.
  static Result<UpkeepPolicy> Parse(std::string_view text);
  std::string ToString() const;
};

struct SnapshotFact {
  Seqno seqno;
  Position position;
  int64_t created_us = 0;
  uint64_t stored_bytes = 0;
  bool readable = false;  // its manifest is
};

struct VolumeFacts {
  int64_t now_us = 0;
  Seqno newest;                        // that a member has finished, about
  std::vector<log::ChainEntry> chain;  // oldest first, the last is open
  uint64_t open_bytes = 0;
  std::vector<SnapshotFact> snapshots;  // oldest first
  std::vector<log::MemberPosition> members;
  std::vector<ExportState> exports;
  uint64_t free_bytes = 0;  // of the file system
};

struct UpkeepPlan {
  bool take = false;
  std::vector<Seqno> surplus;    // snapshots to delete
  std::optional<Position> trim;  // drop the segments that lie before it; none: there are none
  // Bytes of log that are kept, by what they are kept for: "snapshot 12", "node node1".
  std::string log_held_by;
  std::vector<std::string> warnings;
  bool export_due = false;  // into policy.export_directory
  // What `volume tend` does; exports are made by a process of their own.
  bool Anything() const { return take || !surplus.empty() || trim.has_value(); }
};

UpkeepPlan PlanUpkeep(const UpkeepPolicy& policy, const VolumeFacts& facts);

uint64_t LogBytes(const VolumeFacts& facts);
// Of log at and after a position.
uint64_t LogBytesSince(const VolumeFacts& facts, const Position& position);

}  // namespace borealis::node

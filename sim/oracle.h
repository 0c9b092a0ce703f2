// Oracle: sees every node of a simulation at once and checks what must hold at every step.
//
//   O1  One total order: what a node delivers as seqno n is what every other node, and every later
//       incarnation, delivers as n: same record, position, time, verdict, dependency and digest;
//       and verdict, dependency and view are those of the plain model of certification.
//   O2  Durable first: a record is delivered only from bytes that survive a power loss, and is
//       there again for whoever reads to the end later.
//   O3  First committer wins: every committed write-set fits the serial state before it, row by row
//       (no lost update, no orphaned child, no change across a DDL statement).
//   O4  A node's data is the serial state at its position, after every commit and every crash.
//   O5  A client is told the truth: acknowledged means committed once, refused means never; nothing
//       commits twice.
//   O6  Nothing of a writer counts after its departure, by a membership kept independently here;
//       names and slots are unique among members.
//
// The first violation is kept and ends the run.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "certification/certifier_model.h"
#include "sim/database.h"
#include "sim/stats.h"
#include "sim/trace.h"

namespace borealis::sim {

class Oracle {
 public:
  Oracle(Stats& stats, Trace& trace) : stats_(stats), trace_(trace) {}

  // Once, before anything else.
  void Begin(uint32_t certification_window) { model_.emplace(certification_window); }

  bool failed() const { return !violation_.empty(); }
  const std::string& violation() const { return violation_; }
  template <typename... Args>
  void Fail(fmt::format_string<Args...> format, Args&&... args) {
    if (failed()) return;
    violation_ = fmt::format(format, std::forward<Args>(args)...);
    trace_.Add("VIOLATION {}", violation_);
  }

  // A client is about to commit this. Its trx number is new.
  void Submitted(const WriteSet& set);

  // A node read and certified an ordered record. `durable`: bytes of its segment that survive a
  // power loss (UINT64_MAX when the segment was trimmed).
  void Delivered(const std::string& node, const LogEntry& entry,
                 const certification::Outcome& outcome, uint64_t digest, uint64_t durable);
  // A node read the log to its end and delivered everything up to `seqno`.
  void ReachedEnd(const std::string& node, Seqno seqno);
  // A node's data is at `seqno`.
  void CheckState(const std::string& node, Seqno seqno, const Database& state);

  // What a client is told.
  void Acknowledged(uint64_t trx);
  void Refused(uint64_t trx);

  bool IsMember(const NodeId& id) const { return members_.contains(id); }
  Seqno end() const { return Seqno{static_cast<int64_t>(entries_.size())}; }
  const Database& state() const { return state_; }

 private:
  struct Entry {
    RecordType type;
    NodeId source;
    RequestNo request;
    uint64_t trx = 0;
    uint64_t payload_hash = 0;
    Position position;
    int64_t time_us = 0;
    certification::Verdict verdict;
    Seqno depends_on;
    uint64_t digest = 0;
    uint64_t state_hash = 0;  // after it
    bool operator==(const Entry& other) const = default;
  };

  // The first delivery of a seqno.
  void Extend(const LogEntry& entry, const certification::Outcome& outcome, Entry& made);
  void CheckAgainstModel(const LogEntry& entry, const certification::Outcome& outcome);
  void CheckMembership(const LogEntry& entry, const certification::Outcome& outcome);
  void ChangeMembership(const LogEntry& entry, const certification::Outcome& outcome);
  void CommitSerially(const Record& record, Entry& made);

  Stats& stats_;
  Trace& trace_;
  std::string violation_;
  std::optional<certification::CertifierModel> model_;
  std::vector<Entry> entries_;              // seqno 1 first
  Database state_;                          // after all of them
  std::map<uint64_t, WriteSet> submitted_;  // by trx; until committed
  std::map<uint64_t, Seqno> committed_;     // by trx
  std::set<uint64_t> refused_;
  std::map<NodeId, Member> members_;
};

}  // namespace borealis::sim

// Oracle: sees every node of a simulation at once and checks what must hold at every step.
//
//   O1  One total order: what a node delivers as seqno n is what every other node, and every later
//       incarnation, delivers as n: same record, position, time, verdict, dependency and digest;
//       and verdict, dependency and view are those of the plain model of certification.
//   O2  Durable first: a record is delivered, applied and acknowledged only while its whole batch
//       survives a power loss; after each crash what anyone delivered is still there, and there
//       again for whoever reads to the end later.
//   O3  First committer wins: every committed write-set fits the serial state before it, row by row
//       (no lost update, no orphaned child, no change across a DDL statement); so does every part
//       of a streaming transaction, which holds its locks on every node until it ends.
//   O4  A node's data is the serial state at its position, after every commit and every crash.
//   O5  A client is told the truth: acknowledged means committed once, refused means never; no
//       transaction commits twice, no request of an incarnation counts twice; an append that was
//       resolved as absent never lands.
//   O6  Nothing of a writer counts after its departure, by a membership kept independently here;
//       names and slots are unique among members.
//
// The first violation is kept and ends the run.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "certification/certifier_model.h"
#include "sim/database.h"
#include "sim/stats.h"
#include "sim/trace.h"

namespace borealis::sim {

// Which of the copies of a request this record is: the field means nothing else in a simulation.
inline uint64_t& CopyOf(Record& record) { return record.connection; }
inline uint64_t CopyOf(const Record& record) { return record.connection; }

class Oracle {
 public:
  Oracle(Stats& stats, Trace& trace) : stats_(stats), trace_(trace) {}

  // Bytes of a segment that survive a power loss now; UINT64_MAX: it was trimmed.
  using SyncedEnd = std::function<uint64_t(SegmentId)>;

  // Once, before anything else.
  void Begin(uint32_t certification_window, SyncedEnd synced_end) {
    model_.emplace(certification_window);
    synced_end_ = std::move(synced_end);
  }

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
  // A client sends a part of its streaming transaction, with this payload.
  void SubmittedPart(const WriteSet& part, uint64_t payload_hash);

  // A node read and certified an ordered record.
  void Delivered(const std::string& node, const LogEntry& entry,
                 const certification::Outcome& outcome, uint64_t digest);
  // After processes or the power died.
  void CheckNothingLost();
  // A node read the log to its end and delivered everything up to `seqno`.
  void ReachedEnd(const std::string& node, Seqno seqno);
  // A node's data is at `seqno`.
  void CheckState(const std::string& node, Seqno seqno, const Database& state);

  // The log was read after ResolveUnknown(), and copy number `copy` of this request (and those
  // before it) was not there.
  void ResolvedAbsent(const NodeId& source, RequestNo request, uint64_t copy);

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
    uint64_t needs_end = 0;  // of the segment: its batch as far as it is known to reach
    int64_t time_us = 0;
    certification::Verdict verdict;
    Seqno depends_on;
    uint64_t digest = 0;
    uint64_t state_hash = 0;  // after it
    bool operator==(const Entry& other) const = default;
  };

  // The first delivery of a seqno.
  void Extend(const LogEntry& entry, const certification::Outcome& outcome, Entry& made);
  void CheckDurable(const std::string& node, Seqno seqno, const char* what);
  void CheckAgainstModel(const LogEntry& entry, const certification::Outcome& outcome);
  void CheckMembership(const LogEntry& entry, const certification::Outcome& outcome);
  void ChangeMembership(const LogEntry& entry, const certification::Outcome& outcome);
  void CommitSerially(const Record& record, Entry& made);
  // Null: nobody submitted it; the violation is noted.
  const WriteSet* Find(const Record& record, WriteSet& rollback);

  Stats& stats_;
  Trace& trace_;
  std::string violation_;
  std::optional<certification::CertifierModel> model_;
  SyncedEnd synced_end_;
  std::vector<Entry> entries_;                               // seqno 1 first
  Database state_;                                           // after all of them
  std::map<uint64_t, WriteSet> submitted_;                   // by trx; until committed
  std::map<std::pair<uint64_t, uint64_t>, WriteSet> parts_;  // by trx and hash
  std::map<uint64_t, Seqno> committed_;                      // by trx
  std::set<uint64_t> refused_;
  std::set<std::pair<NodeId, RequestNo>> counted_;           // requests that took effect
  std::map<std::pair<NodeId, RequestNo>, uint64_t> absent_;  // the last copy that is not to land
  std::map<NodeId, Member> members_;
};

}  // namespace borealis::sim

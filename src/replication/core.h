// Core: what a node decides about each record of the log, free of I/O, threads and clocks.
//
// Fed with the log in order it says, for every record, what is to be done with it here: give the
// verdict to a local transaction, apply it, show a new view, or nothing. The same code runs in the
// server (replicator.h) and in the simulator.
//
// It also compares digests: every kDigestInterval seqnos one member writes the digest of its
// certification history to the log; a node whose own differs has diverged and must stop. Auxiliary
// records (digests, outcomes) of a source that is no member at that point count nowhere.
//
// Thread-compatible.
#pragma once

#include <array>
#include <optional>
#include <set>
#include <string>

#include "base/status.h"
#include "certification/certifier.h"
#include "model/ids.h"
#include "model/record.h"

namespace borealis::replication {

inline constexpr int64_t kDigestInterval = 1024;  // seqnos

// What to do with a record.
enum class Action : uint8_t {
  kNothing,  // auxiliary and of no interest
  kOutcome,  // an isolated statement's outcome at its origin: compare with ours
  kSkip,     // takes its seqno, nothing else (repeat, non-member, refused, failed statement, own
             // failed fragment)
  kOwn,      // tell the local transaction its verdict; it commits or rolls back by itself
  kApply,    // apply here (write-set, isolated statement, fragment; any rollback of fragments)
  kDummy,    // failed certification elsewhere, or skipped: note the seqno, apply nothing
  kView,     // deliver the new view, alone
};
const char* ActionName(Action action);

struct Decision {
  Action action = Action::kNothing;
  certification::Outcome outcome;  // ordered records
  // A submitter here waits for this outcome: the first landing of an own record.
  bool awaited = false;
  // This node was a member and is not any more: whatever it writes from here on counts nowhere.
  bool expelled = false;
  // A digest record to append, should this node be the one to write it.
  std::optional<Record> digest;
};

class Core {
 public:
  // `certifier`: the state at the node's start position.
  Core(NodeId self, certification::Certifier certifier);

  // Records that an operator has decided never to apply (log/skips.h). Verdicts stay as they are.
  // REQUIRES: before the first Deliver above the node's start position.
  void SkipRecords(std::set<Seqno> seqnos) { skipped_ = std::move(seqnos); }

  // REQUIRES: entries in the order of the log, each once.
  // kInternal: this node's history differs from the log's digest; it must stop and be rebuilt.
  // kCorruption: the record makes no sense.
  Result<Decision> Deliver(const LogEntry& entry);

  const certification::Certifier& certifier() const { return certifier_; }
  const NodeId& self() const { return self_; }
  bool is_member() const { return is_member_; }
  // The slot given by the own join; 0 before.
  Slot slot() const { return slot_; }

 private:
  Decision DecideOrdered(const LogEntry& entry);
  Status CompareDigest(const Record& record) const;
  void NoteDigest(Seqno seqno);
  std::optional<Record> DigestDue(Seqno seqno) const;

  const NodeId self_;
  certification::Certifier certifier_;
  bool is_member_ = false;
  Slot slot_;
  RequestNo own_request_;  // highest of the own records delivered
  std::set<Seqno> skipped_;
  struct Noted {
    Seqno seqno;
    uint64_t digest = 0;
  };
  std::array<Noted, 64> noted_{};  // ring of own digests at multiples of kDigestInterval
};

// Payload of a kDigest record.
Bytes EncodeDigest(Seqno seqno, uint64_t digest);

// Payload of a kIsolatedOutcome record: what an isolated statement did where it ran.
struct IsolatedOutcome {
  Seqno seqno;
  // Empty for success; else what identifies the error (its codes), equal wherever it is the same.
  std::string error;
};
Bytes EncodeIsolatedOutcome(const IsolatedOutcome& outcome);
Result<IsolatedOutcome> DecodeIsolatedOutcome(ByteView bytes);

}  // namespace borealis::replication

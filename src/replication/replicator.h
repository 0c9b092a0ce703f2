// Replicator: one server's part in the cluster, without a word of the server's plug.
//
//   client thread   Replicate() -> SubmitQueue -> log
//   whoever reads   ReadLog(): log -> Core (certify, decide) -> Pipeline / SubmitQueue::Settle
//   applier thread  RunApplier(): Pipeline -> ReplicationEvents, and watches the log's tail when
//   idle own thread      ticks: heartbeat, expulsion of the silent, idle marker, digests
//
// The log is read by whoever has reason to (the leader of an append, the tail watcher, a causal
// read), one at a time; there is no hop to a dedicated thread. Nobody reads further ahead of the
// appliers than read_ahead_items_max, unless a local client waits for what comes there. A node for
// which that is not enough leaves service until it has caught up (service_gate.h).
//
// Start: certification state comes from the newest checkpoint and the log from there up to the
// start position (replicator_rebuild.cc), then the own join is appended; everything between goes
// through the appliers.
//
// Thread-safe. Lock order: read_mutex_, then SubmitQueue's, then Pipeline's; gate_mutex_, then
// room_mutex_, then Pipeline's.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "log/log.h"
#include "replication/apply_item.h"
#include "replication/checkpointer.h"
#include "replication/checkpoints.h"
#include "replication/commit_figures.h"
#include "replication/lease_table.h"
#include "replication/outcome_votes.h"
#include "replication/pipeline.h"
#include "replication/service_gate.h"
#include "replication/submit_queue.h"

namespace borealis::replication {

struct ReplicatorConfig {
  std::string name;         // stable name of the node
  std::string endpoint;     // "host:port" for clients
  Slot slot;                // 0: any
  Seqno start;              // the server's data holds everything up to it
  std::set<Seqno> skipped;  // records never to apply (log/skips.h)
  int64_t tick_ms = 250;
  uint32_t lease_ticks = 40;  // silent for tick_ms * lease_ticks: expelled
  // Local clients wait before they append while more items than this wait for an applier.
  size_t backlog_items_max = 4096;
  // Where this server keeps its checkpoints, of this volume; null: nowhere. Borrowed.
  snapshot::CheckpointStore* checkpoints = nullptr;
  // Of an encrypted volume; to read the state that its snapshots hold. Borrowed.
  encryption::KeyRing* keys = nullptr;
  uint64_t checkpoint_bytes = 32ull << 20;  // of log from one to the next
  // Set: no member but a replica that stops there (replicator_replica.cc). Needs `checkpoints`.
  std::optional<Seqno> replica_until;
  // What the log has beyond so many is left unread until the appliers have caught up; the node
  // leaves service meanwhile. Records that local clients wait for are always read.
  size_t read_ahead_items_max = 16384;
};

// Heartbeats: hint "member.<uuid>" := u64 counter.
inline constexpr char kHeartbeatPrefix[] = "member.";
// An isolated statement is answered when others have run it, or so long after it ran here.
inline constexpr int64_t kOthersMs = 500;
// Members say how far they are (log/member_position.h) about so often.
inline constexpr int64_t kPositionMs = 1000;

class Replicator {
 public:
  // Joins the cluster: returns when the own join is in the log; a replica joins nothing. Errors:
  // kInvalidArgument (start position not of this log, slot taken), kNotFound (what it takes to know
  // the certification state at the start position was trimmed away), kCorruption, kNoSpace, kIo.
  // Borrowed objects outlive it. With more to read than the read-ahead takes, a taken slot shows
  // later: Stop(kFenced).
  static Result<std::unique_ptr<Replicator>> Start(storage::Backend& backend, log::Log& log,
                                                   const ReplicatorConfig& config,
                                                   ReplicationEvents& events, const Clock& clock);
  ~Replicator();

  const NodeId& self() const { return self_; }
  const View& start_view() const { return start_view_; }  // membership at the start position
  // A view with this node: that of its join, or the start's with it added if that is far ahead.
  const View& join_view() const { return join_view_; }
  Slot slot() const { return slot_; }  // 0 until the own join is read

  // Appends an own record and returns its verdict (SubmitResult, never kUnknown: then the node
  // stops). record.source is filled in. A paused node gives no verdict before Resume().
  SubmitResult Replicate(Record& record, bool wants_verdict = true);
  // Own records that failed certification pass commit order like the others.
  Pipeline::Turn EnterOrder(Seqno seqno, const std::atomic<bool>* aborted);
  // Of what an applier holds ready; kNotInTime: it should give way (Pipeline::EnterWithin).
  Pipeline::Turn EnterOrderWithin(Seqno seqno, int64_t patience_ns);
  void WakeOrder(Seqno seqno) { pipeline_->WakeEnter(seqno); }
  void LeaveOrder(Seqno seqno) { pipeline_->Leave(seqno); }
  // Instead of entering, leaving and finishing: an own record that has nothing to do there.
  void SkipOrder(Seqno seqno) { pipeline_->Skip(seqno); }
  void Finish(Seqno seqno) { pipeline_->Finish(seqno); }
  // The newest isolated statement that was read from the log.
  Seqno newest_isolated() const { return newest_isolated_; }
  // Another member's isolated statement did not count because it did not know the one before it,
  // and will come again; monotonic time at which the last such one was read, 0: never.
  int64_t lost_isolated_ns() const { return lost_isolated_ns_; }
  // Waits without a bound until everything up to `seqno` is finished.
  void WaitFinished(Seqno seqno) { pipeline_->WaitFinished(seqno, 0, clock_); }

  // Everything durable anywhere at the time of the call is finished here. Returns its seqno.
  // kTimeout.
  Result<Seqno> CausalWait(int64_t timeout_ns);
  // Everything up to `seqno` is finished here. kTimeout.
  Status WaitFor(Seqno seqno, int64_t timeout_ns);
  // Holds a local client back while the appliers are too far behind. kAborted when *aborted, or
  // when the node is leaving the cluster; kUnavailable while it is out of service, too far behind:
  // nothing of it may be appended.
  Status WaitForRoom(const std::atomic<bool>& aborted);
  void WakeRoom();

  // An applier's life; returns after Close() or when Apply asked to exit.
  Status RunApplier(void* applier);

  // Stops delivering and waits until everything delivered is finished; returns that seqno.
  Seqno Pause();
  // REQUIRES: paused. Close() ends a pause, too; a Resume() after it does nothing.
  void Resume();
  // The server holds the own join, or wants to serve again after it had not: has Synced() called
  // from an applier as soon as the node is near the log's end.
  void AnnounceSynced() EXCLUDES(gate_mutex_);
  // Out of service until it has caught up.
  bool behind() const { return behind_; }
  // The log has more than the read-ahead takes.
  bool unread() const { return unread_; }

  // Pipeline::HoldAfter for at most kHoldMsMax, after which the node goes on by itself.
  static constexpr int64_t kHoldMsMax = 5000;
  bool HoldAfter(Seqno seqno);
  void ReleaseHold() { pipeline_->ReleaseHold(); }
  Seqno hold() const { return pipeline_->hold(); }

  // Leaves the cluster: a leave record, no new local records, everyone who submitted one gets an
  // answer, all appliers return. Nothing when it was called before.
  void Close();

  // The whole payload of an item, loaded from the log if it is not in memory.
  Result<Bytes> LoadPayload(const ApplyItem& item);

  Pipeline::Snapshot pipeline() const { return pipeline_->Read(); }
  Seqno last_finished() const { return pipeline_->finished(); }
  Seqno last_left() const { return pipeline_->left(); }
  CommitFigures& figures() { return figures_; }
  // Clients held back because the appliers are behind.
  int room_waiters() const { return room_waiters_; }
  size_t submits_waiting() const { return submit_->waiting(); }
  struct IndexFigures {
    size_t keys = 0;
    size_t bytes = 0;
  };
  IndexFigures index() const;
  View view() EXCLUDES(view_mutex_);

  // An isolated statement of another member ended here with `own`. Ok when that is what the cluster
  // says (outcome_votes.h), as far as it has to be known: a failure that is not the origin's waits
  // for the decision. kInternal: the cluster says otherwise; if that shows later, Diverged() is
  // called. kAborted: this node was closed first.
  Status JudgeOutcome(Seqno seqno, const OutcomeText& own) EXCLUDES(outcome_mutex_);
  // The same of an own statement, which has left its place in the order; it is in the log on
  // return, or, where that fails, appended by the ticker.
  void RecordOutcome(Seqno seqno, const OutcomeText& outcome) EXCLUDES(outcome_mutex_);
  // Instead of Finish() for an own statement: records the outcome, too, and returns when all
  // members have run it, or after kOthersMs. Who was not done then is not waited for until it votes
  // again.
  void FinishIsolated(Seqno seqno, const OutcomeText& outcome)
      EXCLUDES(outcome_mutex_, read_mutex_);
  // What the log says of the statement at its origin, waiting for it for a moment while the origin
  // is there, and no further in the log than a bit beyond the read-ahead; nullopt: not known.
  std::optional<OutcomeText> AwaitOutcome(Seqno seqno, const NodeId& origin, int64_t timeout_ns)
      EXCLUDES(outcome_mutex_, read_mutex_);

 private:
  // The ticker reads no more at once: its heartbeat must not wait for a long backlog.
  static constexpr size_t kTickEntriesMax = 4096;

  Replicator(storage::Backend& backend, log::Log& log, ReplicatorConfig config,
             ReplicationEvents& events, const Clock& clock);

  // Of a start, in this order (replicator_rebuild.cc).
  Status Rebuild() EXCLUDES(read_mutex_);
  Status Begin(const StateSource& source) REQUIRES(read_mutex_);
  Status CertifyToStart() REQUIRES(read_mutex_);
  void StartCheckpoints();
  void CheckpointIfDue() EXCLUDES(read_mutex_);
  void CheckpointForNextStart() REQUIRES(read_mutex_);
  // Of a replica (replicator_replica.cc).
  bool IsReplica() const { return config_.replica_until.has_value(); }
  Status StartReplica() EXCLUDES(read_mutex_);
  void FeedReplica();
  Result<bool> ReadAhead() EXCLUDES(read_mutex_);
  void AwaitReplicaWork(bool idle);
  Status DeliverToReplica(const LogEntry& entry) REQUIRES(read_mutex_);
  void KeepStopState() REQUIRES(read_mutex_);
  bool StandIfSettled() EXCLUDES(read_mutex_, outcome_mutex_);
  bool MembersPassed(Seqno seqno) REQUIRES(read_mutex_);
  void CloseReplica() EXCLUDES(read_mutex_);
  // What a member says of itself.
  void PublishPosition(uint64_t tick);
  void ForgetFormerPositions();
  Status Join() EXCLUDES(read_mutex_);
  Status NoteOwnChange(const LogEntry& entry, const Decision& decision) REQUIRES(read_mutex_);
  // How far a reader goes: to all that is durable, for those whose verdict or outcome may be in it
  // (a transaction that waits for one may hold locks that the appliers need), or no further than
  // the read-ahead.
  enum class Reach { kEnd, kReadAhead };
  // Everything durable at the time of the call, as far as `reach` goes and a paused or closed node
  // reads: Ok then, too.
  Status ReadLog(Reach reach) EXCLUDES(read_mutex_);
  // The same; false when it did not get to the end for one of these reasons.
  Result<bool> ReadToEnd(Reach reach) EXCLUDES(read_mutex_);
  // At most kTickEntriesMax entries, no further than the read-ahead, and none when another thread
  // reads.
  Status ReadSome() EXCLUDES(read_mutex_);
  // At most kTickEntriesMax entries, read ahead or not.
  Status ReadOn() EXCLUDES(read_mutex_);
  Result<bool> ReadEntries(size_t entries_max, Reach reach) REQUIRES(read_mutex_);
  Result<bool> LogGoesOn() REQUIRES(read_mutex_);
  void AfterRead(const Status& status) EXCLUDES(read_mutex_);
  Status Deliver(const LogEntry& entry) REQUIRES(read_mutex_);
  void PublishState() REQUIRES(read_mutex_) EXCLUDES(view_mutex_);
  void DeliverItem(const LogEntry& entry, const Decision& decision) REQUIRES(read_mutex_);
  void NoteIsolated(const LogEntry& entry, const Decision& decision) REQUIRES(read_mutex_);
  void OpenBallot(Seqno seqno, const NodeId& origin) REQUIRES(read_mutex_) EXCLUDES(outcome_mutex_);
  void EndPause() REQUIRES(read_mutex_);
  void NoteOutcome(const Record& record) EXCLUDES(outcome_mutex_);
  // `remaining`: who is left of the members.
  void NoteDepartures(const std::vector<Member>& remaining) EXCLUDES(outcome_mutex_);
  void AfterVote(Seqno seqno) EXCLUDES(outcome_mutex_);
  // What a statement did here. Returns whether this member votes on it, or has (`voted`).
  bool KeepOwn(Seqno seqno, const OutcomeText& outcome, bool voted) EXCLUDES(outcome_mutex_);
  void AppendSoon(Record record) EXCLUDES(tick_mutex_);
  void AwaitOthers(Seqno seqno) EXCLUDES(outcome_mutex_, read_mutex_);
  void WatchTail();
  bool ApplyOne(ApplyItem& item, void* applier);
  bool HasRoom() const;
  void TickLoop();
  void StopTicker();
  void Tick(uint64_t n);
  void AppendPending();
  void TickService() EXCLUDES(gate_mutex_);
  void EnterService(ServiceGate::Change change) REQUIRES(gate_mutex_);
  void ExpelSilent();

  storage::Backend& backend_;
  log::Log& log_;
  const ReplicatorConfig config_;
  ReplicationEvents& events_;
  const Clock& clock_;
  const NodeId self_;
  View start_view_;
  View join_view_;
  std::atomic<Slot> slot_{};
  CommitFigures figures_;

  Mutex read_mutex_;  // held while the log is read and delivered
  std::unique_ptr<Core> core_ GUARDED_BY(read_mutex_);
  std::unique_ptr<log::Reader> reader_ GUARDED_BY(read_mutex_);
  const LogEntry* held_ GUARDED_BY(read_mutex_) = nullptr;  // read from it, and not delivered yet
  bool starting_ GUARDED_BY(read_mutex_) = true;            // Start() has not returned
  Status refused_ GUARDED_BY(read_mutex_);                  // the own join was
  std::atomic<bool> paused_{false};                         // changed under read_mutex_
  bool pausing_ GUARDED_BY(read_mutex_) = false;            // since Pause() was called
  bool closing_ GUARDED_BY(read_mutex_) = false;            // the own departure is no expulsion
  bool closed_ GUARDED_BY(read_mutex_) = false;             // nothing is delivered any more
  CondVar resumed_;
  CheckpointPace pace_ GUARDED_BY(read_mutex_);
  std::unique_ptr<Checkpointer> checkpointer_;  // made by Start; null: no checkpoints
  Position needed_;                             // of Start: where the state was read from
  bool past_end_ = false;                       // of Start: the data is ahead of the log
  // Of a replica: the state as of the seqno that it stops at, and where the log goes on.
  std::optional<certification::Certifier> stop_state_ GUARDED_BY(read_mutex_);
  Position stop_next_ GUARDED_BY(read_mutex_);
  Seqno last_isolated_ GUARDED_BY(read_mutex_) = Seqno::Zero();  // statement applied here

  Mutex view_mutex_;
  View view_ GUARDED_BY(view_mutex_);  // as of the last end of a read
  std::atomic<size_t> index_keys_{0};
  std::atomic<size_t> index_bytes_{0};

  Mutex outcome_mutex_;
  OutcomeVotes votes_ GUARDED_BY(outcome_mutex_);
  struct OwnOutcome {
    OutcomeText outcome;
    bool voted = false;
  };
  std::map<Seqno, OwnOutcome> own_outcomes_ GUARDED_BY(outcome_mutex_);  // newest ones
  std::set<NodeId> tardy_ GUARDED_BY(outcome_mutex_);  // have kept a statement waiting
  int finishing_ GUARDED_BY(outcome_mutex_) = 0;       // calls of FinishIsolated
  CondVar outcome_known_;
  std::atomic<int> outcome_waiters_{0};  // appliers that wait for an outcome

  std::atomic<Seqno> newest_isolated_{Seqno::Zero()};
  std::atomic<int64_t> lost_isolated_ns_{0};
  std::atomic<bool> unread_{false};  // the log has more than the read-ahead; under read_mutex_
  Mutex gate_mutex_;
  ServiceGate gate_ GUARDED_BY(gate_mutex_);
  std::atomic<bool> behind_{false};  // gate_ says kBehind; changed under gate_mutex_
  bool tell_behind_ = false;         // ticker only

  Mutex room_mutex_;
  CondVar room_;
  std::atomic<int> room_waiters_{0};
  std::atomic<bool> leaving_{false};  // Close() has begun

  Mutex tick_mutex_;
  std::vector<Record> pending_ GUARDED_BY(tick_mutex_);  // digests and outcomes, for the ticker
  bool tick_now_ GUARDED_BY(tick_mutex_) = false;
  bool stopping_ GUARDED_BY(tick_mutex_) = false;
  CondVar tick_wake_;
  std::unique_ptr<LeaseTable> leases_;  // ticker only
  int64_t last_tick_ns_ = 0;            // ticker only

  std::unique_ptr<Pipeline> pipeline_;
  std::unique_ptr<SubmitQueue> submit_;
  std::thread ticker_;
};

}  // namespace borealis::replication

// Server: one incarnation of a node, from attaching to the volume until its process ends.
//
// It runs the real Log, Certifier (in Core), OrderTracker and LeaseTable, and models what a server
// has around them: clients with row locks and snapshots, a submit queue, parallel appliers with
// brute-force aborts and replay, DDL that runs alone, heartbeats. Everything happens in Step(), one
// small thing at a time, chosen by chance.
//
//   server_start.cc     attach, open, rebuild, join; leave
//   server_read.cc      the log: deliver, decide, snapshots
//   server_clients.cc   transactions of clients
//   server_commit.cc    from verdict to acknowledgement
//   server_streams.cc   transactions that are sent in parts
//   server_appliers.cc  records from elsewhere
//   server_ticks.cc     heartbeats, expulsion, digests, idle markers
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "replication/apply_item.h"
#include "replication/core.h"
#include "replication/lease_table.h"
#include "replication/order_tracker.h"
#include "sim/cache.h"
#include "sim/locks.h"
#include "sim/submitter.h"
#include "sim/world.h"
#include "storage/faulty/faulty_backend.h"

namespace borealis::sim {

class Server {
 public:
  enum class Fate {
    kRuns,
    kDied,     // killed, by a fault or from outside
    kStopped,  // could not start, or must not go on (expelled): to be started again
    kLeft,     // clean shutdown
  };

  // `cache` outlives it.
  Server(World& world, std::string name, Cache& cache,
         std::unique_ptr<storage::FaultyBackend> backend);

  void Step();
  // A heartbeat and what goes with it, at a time of the caller's choosing.
  void Tick();
  void BeginLeaving();
  // The leader's next step, should it be an append.
  void AppendOnce();
  // For a moment without anything under way: what a new cache may start from.
  void TakeSnapshot();
  Result<uint64_t> Trim(const Position& keep) { return log_->Trim(keep); }
  uint64_t process() const { return backend_->process(); }
  // With World::healing: not quiet until a client committed something, to show that it is alive.
  void Probe() { probe_wanted_ = true; }
  // The process dies between two steps.
  void Kill() { backend_->CrashProcess(); }

  Fate fate() const { return fate_; }
  bool joined() const { return phase_ == Phase::kActive; }
  // Joined, nothing under way, everything delivered that anyone delivered.
  bool Quiet() const;
  // Where it stands, for people.
  std::string Describe() const;
  // The log is needed from here on.
  Position NeedsLogFrom() const;
  const NodeId& self() const { return self_; }

 private:
  enum class Phase { kOpening, kRebuilding, kRestarting, kJoining, kActive, kLeaving };

  struct Client {
    enum class State {
      kIdle,
      kExecuting,
      kSubmitted,
      kCertified,    // its turn in commit order will come
      kMustReplay,   // the same, without its locks
      kAltering,     // DDL is running
      kFailed,       // verdict: no; passes commit order
      kRollingBack,  // a stream: keeps its locks until the rollback is in the log
      kLeft,         // left commit order, not finished
    };
    State state = State::kIdle;
    OwnerId owner = 0;
    WriteSet set;
    Database base;  // what it reads from: the snapshot and its own changes
    Database snapshot;
    Seqno snapshot_seqno;
    size_t ops_wanted = 0;
    bool streams = false;
    bool open = false;  // a part passed: open on every node
    size_t logged = 0;  // ops in the log
    WriteSet part;      // submitted last; kWhole: all of it
    std::optional<RowOp> next_op;
    int waits = 0;
    bool gap = false;
    bool bf_aborted = false;
    bool committed = false;
    bool acknowledged = false;
    SubmissionPtr submission;
    Seqno seqno;
  };
  struct Applier {
    enum class State { kIdle, kLoad, kLock, kReady, kAltering, kLeft };
    State state = State::kIdle;
    OwnerId owner = 0;
    std::unique_ptr<replication::ApplyItem> item;
    WriteSet set;
    std::vector<LockNeed> needs;  // not granted yet
  };

  // --- server_start.cc
  void Open();
  void Rebuild();
  void SubmitView(const ViewChange& change, SubmissionPtr* submission);
  void StepJoining();
  void StepRunning();
  void StepLeaving();
  void Stop(Fate fate, const Status& why);

  // --- server_read.cc
  // At most `entries`. True when the end was reached. Failures that pass are Ok to try again.
  Result<bool> Read(size_t entries);
  Status ReadToEnd();
  void Deliver(const LogEntry& entry);
  void CausalRead();

  // --- server_clients.cc
  void StepClient(Client& client);
  void Begin(Client& client);
  void Execute(Client& client);
  std::optional<RowOp> ChooseOp(const Client& client);
  // False: it waits, or was rolled back.
  bool LockFor(Client& client, const RowOp& op);
  // Whether the row is there for foreign keys: own changes, else what is committed now.
  Row CurrentRow(const Client& client, const RowId& id) const;
  bool ForeignKeysHold(const Client& client, const RowOp& op) const;
  // All that is left of the transaction, or a part of it that is not the last.
  void Submit(Client& client, bool all);
  void SqlError(Client& client, const char* why);
  void Reset(Client& client);

  // --- server_commit.cc
  void TakeVerdict(Client& client);
  void Commit(Client& client);
  void Replay(Client& client);
  void StartAltering(Client& client);
  void Finish(Client& client);
  void CommitInOrder(Seqno seqno, const WriteSet* set, const View* view = nullptr);
  // True: its locks are free now, or it had none.
  bool BruteForceAbort(Client& client, Seqno by);
  // True: nobody is in the way of a statement that alters these tables.
  bool ClearTables(uint32_t tables, Seqno by);
  // True: granted. Throws clients out.
  bool LockByForce(OwnerId owner, const LockNeed& need, Seqno by);
  // A statement or view at `seqno` runs alone: no applier has anything else in hand.
  void CheckAlone(Seqno seqno);

  // --- server_streams.cc
  static OwnerId StreamOwner(uint64_t trx);
  bool SendsPart(const Client& client);
  WriteSet NextPart(const Client& client, bool all) const;
  // A part that is not the last, or the last of an open stream that failed.
  void TakePartVerdict(Client& client, bool passed);
  void CommitPart(Client& client);
  // Undoes the transaction; a stream's locks go when its rollback is in the log.
  void RollBack(Client& client);
  void StepRollback(Client& client);
  void SubmitRollback(uint64_t trx, SubmissionPtr* submission);
  // False: a rollback is not in the log yet, and nothing may be appended before it.
  bool FlushRollbacks();
  bool StreamEnds(OwnerId owner, Seqno before) const;
  // Locks of the streams of others: taken again after a restart, and released when they ended.
  void LockStreams();
  void ReleaseStreams();

  // --- server_appliers.cc
  void StepApplier(Applier& applier);
  void TakeItem(Applier& applier);
  void Load(Applier& applier);
  void Lock(Applier& applier);
  void CommitApplied(Applier& applier);

  // --- server_ticks.cc
  void ExpelSilent();
  void SubmitAuxiliary();

  World& world_;
  const std::string name_;
  Cache& cache_;
  const NodeId self_;
  Fate fate_ = Fate::kRuns;
  Phase phase_ = Phase::kOpening;

  const SkewedClock clock_;
  Snapshot start_;  // what it rebuilds certification from
  std::unique_ptr<storage::FaultyBackend> backend_;
  std::unique_ptr<log::Log> log_;
  std::unique_ptr<log::Reader> reader_;
  std::optional<replication::Core> core_;
  std::optional<replication::OrderTracker> tracker_;
  std::optional<Submitter> submitter_;
  replication::LeaseTable leases_;
  std::deque<std::unique_ptr<replication::ApplyItem>> items_;

  std::vector<Client> clients_;
  std::vector<Applier> appliers_;
  LockTable locks_;
  uint32_t altering_tables_ = 0;  // DDL runs on them
  std::set<uint64_t> locked_streams_;
  struct DueRollback {
    uint64_t trx = 0;
    SubmissionPtr submission;
  };
  std::vector<DueRollback> rollbacks_;
  bool probe_wanted_ = false;
  bool probe_done_ = false;

  SubmissionPtr view_submission_;  // restart, join, leave
  SubmissionPtr expulsion_;
  uint64_t ticks_ = 0;
  std::vector<Record> auxiliary_;  // digests and outcomes to append
};

}  // namespace borealis::sim

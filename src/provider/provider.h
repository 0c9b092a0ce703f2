// Provider: the server's view of the cluster, behind the wsrep plug (entry.cc).
//
// Translates calls of the plug into those of replication::Replicator and back. Decisions about
// transactions are in transaction.h; this class owns the connection to the volume, which starts at
// connect() and lasts until the server ends or connects again.
//
// The server's data directory is a cache of the log. `borealis_cache` in it says of which volume
// and whether it can be used: it is marked unsafe while a statement runs whose effect may persist
// before its seqno does (DDL), and inconsistent when the data is known to differ.
//
// Thread-safe; calls come from client, applier and administrative threads.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "faults/control.h"
#include "faults/disk_faults.h"
#include "faults/held_sources.h"
#include "faults/replica_faults.h"
#include "faults/unanswered_commits.h"
#include "provider/cache_marks.h"
#include "provider/snapshot_barrier.h"
#include "provider/topology.h"
#include "provider/transaction.h"
#include "provider/view_info.h"
#include "provider/wsrep_abi.h"
#include "replication/replicator.h"
#include "settings/provider_options.h"

namespace borealis::provider {

using Options = settings::ProviderOptions;
using Address = settings::ClusterAddress;

// What the server shows as wsrep_local_state.
enum class LocalState : int {
  kInitialized = 0,
  kJoining = 1,
  kDesynced = 2,
  kJoined = 3,
  kSynced = 4
};

// One connection to a volume. Kept until the provider is freed: transactions of the last one may
// still be released after disconnect.
struct Session {
  bool created = false;  // by this connection
  std::unique_ptr<storage::Backend> backend;
  std::unique_ptr<encryption::KeyRing> keys;  // null: the volume is not encrypted
  std::unique_ptr<log::Log> log;
  std::unique_ptr<snapshot::CheckpointStore> checkpoints;
  std::unique_ptr<replication::Replicator> replicator;
};

class Provider : private replication::ReplicationEvents {
 public:
  static Result<std::unique_ptr<Provider>> Create(const abi::InitArgs& args);
  ~Provider() override;

  uint32_t capabilities() const;
  Options options() const EXCLUDES(mutex_);
  Status UpdateOptions(std::string_view text) EXCLUDES(mutex_);

  // --- Life cycle (provider.cc) ---------------------------------------------------------------
  Status Connect(std::string_view url, bool bootstrap);
  void Disconnect();
  abi::Status Receive(void* applier);

  // --- Local transactions (local_commit.cc) ---------------------------------------------------
  abi::Status AppendKeys(abi::Handle& handle, const abi::Key* keys, size_t count, KeyType type);
  abi::Status AppendData(abi::Handle& handle, const abi::Buffer* data, size_t count);
  abi::Status Certify(uint64_t connection, abi::Handle& handle, uint32_t flags, abi::TrxMeta& meta);
  abi::Status EnterOrder(const abi::Handle& handle, const abi::TrxMeta& meta);
  abi::Status LeaveOrder(const abi::Handle& handle, const abi::TrxMeta& meta,
                         const abi::Buffer* error);
  abi::Status Release(abi::Handle& handle);
  abi::Status Replay(const abi::Handle& handle, void* applier);
  abi::Status AbortCertification(int64_t bf_seqno, uint64_t victim, int64_t* victim_seqno);
  // Of a streaming transaction (streaming.cc).
  abi::Status Rollback(uint64_t trx_id);

  // --- Statements in isolation (isolation.cc) -------------------------------------------------
  abi::Status IsolationStart(uint64_t connection, const abi::Key* keys, size_t keys_num,
                             const abi::Buffer* action, size_t count, uint32_t flags,
                             abi::TrxMeta& meta);
  abi::Status IsolationEnd(uint64_t connection, const abi::Buffer* error);

  // --- Reads and administration (admin.cc) ----------------------------------------------------
  abi::Status SyncWait(const abi::Gtid* upto, int timeout_s, abi::Gtid* out);
  abi::Status LastCommitted(abi::Gtid* out);
  int64_t Pause();
  abi::Status Resume();
  abi::Status Desync();
  abi::Status Resync();

  // --- Faults that a user asks for (faults.cc) ------------------------------------------------
  void Answered(uint64_t connection) { unanswered_.Answered(connection); }
  [[noreturn]] void Crash(faults::CrashPart part, uint64_t connection);
  faults::VolumeParts Parts() const;
  faults::DiskFaults& disk_faults() { return disk_faults_; }
  // kInvalidArgument: no other member has that name. kUnavailable.
  Status HoldBack(const faults::ReplicaFault& fault) EXCLUDES(replica_faults_mutex_);
  // Of every provider of this process.
  static void GuardDefinitions(faults::DefinitionGuard guard) { definition_guard_ = guard; }

  // --- Members (members.cc) -------------------------------------------------------------------
  // As of about a second ago.
  std::vector<TopologyRow> topology() EXCLUDES(topology_mutex_);

  // --- Status variables (stats.cc) ------------------------------------------------------------
  abi::StatsVar* Stats();
  static void FreeStats(abi::StatsVar* vars);

 private:
  struct Callbacks {
    void* app = nullptr;
    abi::ConnectedCallback connected = nullptr;
    abi::ViewCallback view = nullptr;
    abi::ApplyCallback apply = nullptr;
    abi::SyncedCallback synced = nullptr;
    abi::LogCallback log = nullptr;
  };
  Provider(const abi::InitArgs& args, Options options);

  void ActOn(const Options& options);
  Result<std::unique_ptr<Session>> OpenVolume(const Address& address, bool bootstrap);
  Status HoldAfter(Seqno seqno);
  Result<Seqno> StartPosition(const Session& session, const std::vector<Seqno>& skipped);
  void PublishOwnGenesis(const Session& session);
  Status DeliverConnected(const Session& session);
  void DeliverStartView(void* applier);
  View NeverEmpty(View view) const;
  Status DeliverView(const View& view, void* applier, ViewUse use) EXCLUDES(telling_mutex_);
  Status TellView(const View& view, void* applier, ViewUse use) REQUIRES(telling_mutex_);

  // Null when not connected.
  replication::Replicator* replicator() const { return current_.load(std::memory_order_acquire); }
  std::shared_ptr<Transaction> LocalTrx(abi::Handle& handle);
  void FillMeta(abi::TrxMeta& meta, Seqno seqno, Seqno depends_on, const NodeId& source,
                uint64_t trx, uint64_t connection) const;
  static Record TakeRecord(Transaction& trx, uint64_t connection, Seqno last_seen);
  abi::Status NotAppended(const Status& why);
  static bool MayDefine(const abi::Key* keys, size_t keys_num, ByteView events);
  void Settle(TrxEffect effect, Seqno seqno);
  // Streaming transactions that end without a commit (streaming.cc).
  void NoteStream(const Record& record) EXCLUDES(streams_mutex_);
  void ForgetStreamsOfOthers(const View& view) EXCLUDES(streams_mutex_);
  bool IsStreamOfAnother(uint64_t trx_id) EXCLUDES(streams_mutex_);
  void RollBackIfDue(Transaction& trx) EXCLUDES(rollbacks_mutex_);
  void AppendRollback(uint64_t trx_id) EXCLUDES(rollbacks_mutex_);
  Status TryAppendRollback(uint64_t trx_id);
  bool FlushRollbacks() EXCLUDES(rollbacks_mutex_);
  // Faults that a user asked for (faults.cc).
  void EndFaults();
  void FollowFaults(storage::Backend& backend) EXCLUDES(replica_faults_mutex_);
  Status PublishReplicaFaults() REQUIRES(replica_faults_mutex_);
  // Of the other members (members.cc).
  void FollowTopology(storage::Backend& backend, replication::Replicator& replicator)
      EXCLUDES(topology_mutex_);
  storage::Backend* backend() EXCLUDES(mutex_);  // null: not connected
  // What came of applying: ok, or this node's data differs.
  // Nullopt: the session was asked to end first, or what its statement saw is not `still_true`;
  // nothing counts of it.
  std::optional<replication::SubmitResult> AppendIsolated(replication::Replicator& replicator,
                                                          const Record& statement,
                                                          const std::function<bool()>& still_true)
      EXCLUDES(isolation_mutex_);
  // Returns the ticket; nullopt: asked to end first.
  std::optional<uint64_t> BeginAppendIsolated() EXCLUDES(isolation_mutex_);
  Status JudgeApplied(const Transaction& trx, const abi::Buffer* error);

  // replication::ReplicationEvents (events.cc)
  Status Apply(replication::ApplyItem& item, void* applier, bool* exit) override;
  Status ViewChanged(const replication::ApplyItem& item, void* applier) override;
  void Ticked() override;
  void Synced() override;
  bool Behind() override EXCLUDES(telling_mutex_);
  bool TellBehind() REQUIRES(telling_mutex_);
  void Closed(void* applier) override;
  void Diverged(Seqno seqno, const std::string& own, const Status& reason) override;
  [[noreturn]] void Stop(const Status& reason) override;
  // With the seqno that this server could not do what the log says: the agent counts on it to tell
  // a record that fails again and again. Undefined: not known.
  [[noreturn]] void StopAt(Seqno seqno, const Status& reason);
  Status ApplyRecord(replication::ApplyItem& item, void* applier, bool* exit);
  Status ApplyIsolated(replication::ApplyItem& item, void* applier, bool* exit);
  Status CallApply(replication::ApplyItem& item, Transaction& trx, uint32_t flags, void* applier,
                   bool* exit);
  // What the server is told of a record.
  struct ApplyCall {
    const Record& record;
    uint32_t flags;
    ByteView payload;
    void* applier;
    bool* exit;
  };
  Status CallServer(Transaction& trx, const ApplyCall& call);
  // Applied before their turn (early_apply.cc).
  abi::Status EnterOrderEarly(Transaction& trx);
  bool GiveWayAfterError(Transaction& trx, const abi::Buffer* error);
  Status ApplyAgain(const replication::ApplyItem& item, const ApplyCall& call);

  const Callbacks callbacks_;
  const std::string node_name_;
  const std::string node_incoming_;
  const int proto_ver_;
  CacheMarks cache_;
  SnapshotBarrier barrier_;
  TransactionRegistry registry_;
  faults::UnansweredCommits unanswered_;
  faults::DiskFaults disk_faults_;
  faults::HeldSources held_sources_;
  std::atomic<replication::Replicator*> current_{nullptr};
  std::atomic<LocalState> state_{LocalState::kInitialized};
  std::atomic<bool> debug_{false};
  static inline std::atomic<faults::DefinitionGuard> definition_guard_{nullptr};
  std::atomic<bool> diverged_{false};  // leaving: what happens to the data does not matter any more

  std::atomic<int64_t> apply_patience_ns_{0};

  mutable Mutex mutex_;
  Options options_ GUARDED_BY(mutex_);
  Uuid volume_;                        // set by Connect, before any other call
  Seqno position_ GUARDED_BY(mutex_);  // what the data holds, when not connected
  Uuid position_volume_ GUARDED_BY(mutex_);
  std::vector<std::unique_ptr<Session>> sessions_ GUARDED_BY(mutex_);  // the last is current
  std::thread leaving_ GUARDED_BY(mutex_);  // runs Close(); joined by Disconnect()
  int desyncs_ GUARDED_BY(mutex_) = 0;      // asked for and not taken back
  bool start_view_given_ GUARDED_BY(mutex_) = false;
  bool start_view_done_ GUARDED_BY(mutex_) = false;
  CondVar start_view_;

  // The server is told of views and of being synced or behind by one thread at a time.
  Mutex telling_mutex_;
  View server_view_ GUARDED_BY(telling_mutex_);  // the last that it was given to serve in

  Mutex isolation_mutex_;
  struct Isolated {
    Seqno seqno;
    replication::Replicator* replicator = nullptr;
  };
  std::map<uint64_t, Isolated> isolated_ GUARDED_BY(isolation_mutex_);  // by connection
  // Own sessions that want to append a statement, by ticket: one at a time does, the first, for the
  // others would not know of its statement.
  uint64_t isolated_tickets_ GUARDED_BY(isolation_mutex_) = 0;
  std::set<uint64_t> isolated_queue_ GUARDED_BY(isolation_mutex_);
  CondVar isolated_appended_;
  // Of the isolated statement that runs, here or as an applier's; they run one at a time.
  std::atomic<int64_t> isolated_seqno_{-1};

  Mutex streams_mutex_;
  // Streaming transactions of other nodes that were applied here and did not end yet. For victims
  // only: those recovered at the start are unknown until their next fragment.
  std::set<std::pair<uint64_t, NodeId>> streams_ GUARDED_BY(streams_mutex_);

  Mutex topology_mutex_;
  LogHistory log_history_ GUARDED_BY(topology_mutex_);
  std::vector<TopologyRow> topology_ GUARDED_BY(topology_mutex_);
  int64_t topology_us_ GUARDED_BY(topology_mutex_) = 0;  // when it was made

  Mutex replica_faults_mutex_;
  faults::ReplicaFaults replica_faults_ GUARDED_BY(replica_faults_mutex_);  // asked for here

  Mutex rollbacks_mutex_;
  // Transactions of this node whose rollback record could not be appended yet.
  std::vector<uint64_t> rollbacks_ GUARDED_BY(rollbacks_mutex_);
  std::atomic<bool> rollbacks_pending_{false};
};

}  // namespace borealis::provider

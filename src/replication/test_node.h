// TestNode: one server of a cluster in one process, with a Replicator over a MemoryVolume, applier
// threads, and a "server" that notes what it was made to do.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "replication/replicator.h"
#include "storage/memory/memory_backend.h"

namespace borealis::replication {

// What a node holds: every seqno up to its position, with the payload when it was committed and ""
// for dummies. Skipped seqnos and views have no entry.
using History = std::map<Seqno, std::string>;

// Exit code of a process whose node stopped with `code`.
inline int StopExitCode(Code code) { return 100 + static_cast<int>(code); }

class TestEvents : public ReplicationEvents {
 public:
  Replicator* replicator = nullptr;  // set before appliers run
  // Called by Apply before anything else.
  std::function<Status(ApplyItem&)> on_apply = [](ApplyItem&) { return Status::Ok(); };

  Status Apply(ApplyItem& item, void* /*applier*/, bool* /*exit*/) override {
    RETURN_IF_ERROR(on_apply(item));
    Bytes payload;
    if (item.action == Action::kApply) {
      ASSIGN_OR_RETURN(payload, replicator->LoadPayload(item));
    }
    replicator->EnterOrder(item.seqno, nullptr);
    Note(item.seqno, AsText(payload));
    replicator->LeaveOrder(item.seqno);
    return Status::Ok();
  }
  Status ViewChanged(const ApplyItem& item, void* /*applier*/) override {
    MutexLock lock(mutex);
    views.push_back(item.view);
    changed.NotifyAll();
    return Status::Ok();
  }
  void Synced() override {
    MutexLock lock(mutex);
    ++synced;
    changed.NotifyAll();
  }
  bool Behind() override {
    MutexLock lock(mutex);
    ++behind;
    changed.NotifyAll();
    return can_be_told;
  }
  void Closed(void* /*applier*/) override {
    MutexLock lock(mutex);
    ++closed;
  }
  void Diverged(Seqno /*seqno*/, const std::string& /*own*/, const Status& reason) override {
    if (!survives_divergence) _exit(StopExitCode(reason.code()));
  }
  [[noreturn]] void Stop(const Status& reason) override { _exit(StopExitCode(reason.code())); }

  std::atomic<bool> survives_divergence{false};
  std::atomic<bool> can_be_told{true};  // of being behind

  void Note(Seqno seqno, std::string_view payload) {
    MutexLock lock(mutex);
    EXPECT_TRUE(history.emplace(seqno, payload).second) << "twice: " << seqno.value;
    changed.NotifyAll();
  }
  void WaitForBehind(int count) {
    MutexLock lock(mutex);
    while (behind < count) changed.Wait(mutex);
  }
  // Waits for a view of so many members.
  void WaitForMembers(size_t count) {
    MutexLock lock(mutex);
    while (views.empty() || views.back().members.size() != count) changed.Wait(mutex);
  }

  Mutex mutex;
  CondVar changed;
  History history GUARDED_BY(mutex);
  std::vector<View> views GUARDED_BY(mutex);
  int synced GUARDED_BY(mutex) = 0;
  int behind GUARDED_BY(mutex) = 0;
  int closed GUARDED_BY(mutex) = 0;
};

struct TestNodeOptions {
  Seqno start = Seqno::Zero();
  Slot slot = {};
  int appliers = 2;
  int64_t tick_ms = 5;
  uint32_t lease_ticks = 1'000'000;  // nobody is expelled unless a test wants it
  size_t backlog_items_max = 4096;
  size_t read_ahead_items_max = 16384;
  log::Options log = {};
  snapshot::CheckpointStore* checkpoints = nullptr;
  uint64_t checkpoint_bytes = 32ull << 20;
  std::optional<Seqno> replica_until = std::nullopt;
};

class TestNode {
 public:
  using Options = TestNodeOptions;

  static void CreateVolume(storage::MemoryVolume& volume) {
    const auto backend = volume.Attach();
    log::Identity identity;
    identity.volume = Uuid::FromRandom(1, 2);
    CHECK_OK(log::Log::Create(*backend, identity, SystemClock()));
    CHECK_OK(log::Log::Open(*backend, {}, SystemClock()));  // through with recovery
  }

  // The status of the start; appliers run afterwards.
  static Result<std::unique_ptr<TestNode>> Start(storage::MemoryVolume& volume, std::string name,
                                                 const Options& options = {}) {
    std::unique_ptr<TestNode> node(new TestNode(volume));
    ASSIGN_OR_RETURN(node->log, log::Log::Open(*node->backend, options.log, SystemClock()));
    ReplicatorConfig config;
    config.name = std::move(name);
    config.endpoint = "127.0.0.1:3306";
    config.start = options.start;
    config.slot = options.slot;
    config.tick_ms = options.tick_ms;
    config.lease_ticks = options.lease_ticks;
    config.backlog_items_max = options.backlog_items_max;
    config.checkpoints = options.checkpoints;
    config.checkpoint_bytes = options.checkpoint_bytes;
    config.replica_until = options.replica_until;
    config.read_ahead_items_max = options.read_ahead_items_max;
    ASSIGN_OR_RETURN(node->replicator, Replicator::Start(*node->backend, *node->log, config,
                                                         node->events, SystemClock()));
    node->events.replicator = node->replicator.get();
    for (int i = 0; i < options.appliers; ++i) node->AddApplier();
    return node;
  }
  static std::unique_ptr<TestNode> StartOrDie(storage::MemoryVolume& volume,
                                              const std::string& name,
                                              const Options& options = {}) {
    auto node = Start(volume, name, options);
    CHECK_OK(node);
    return std::move(*node);
  }
  ~TestNode() {
    if (replicator != nullptr && !left_) Leave();
  }

  void AddApplier() {
    appliers_.emplace_back([this] { CHECK_OK(replicator->RunApplier(nullptr)); });
  }
  // Clean departure; all appliers have returned.
  void Leave() {
    left_ = true;
    replicator->Close();
    for (std::thread& applier : appliers_) applier.join();
    appliers_.clear();
  }

  // A transaction of a client of this node, to its end.
  SubmitResult Commit(const std::string& payload, std::vector<Key> keys = {}) {
    Record record;
    record.type = RecordType::kWriteSet;
    record.last_seen = replicator->last_left();
    record.payload = AsBytes(payload);
    record.keys = std::move(keys);
    return Finish(record, payload);
  }
  SubmitResult Finish(Record& record, const std::string& payload) {
    SubmitResult result = Run(record, payload);
    if (result.status.ok()) replicator->Finish(result.seqno);
    return result;
  }
  // An isolated statement of this node that it has not told the outcome of; returns its seqno.
  Seqno RunIsolated() {
    const Seqno seqno = BeginIsolated();
    replicator->Finish(seqno);
    return seqno;
  }
  // The same, and it is not finished.
  Seqno BeginIsolated() {
    Record record;
    record.type = RecordType::kIsolated;
    record.last_seen = replicator->last_left();
    SubmitResult result = Run(record, "ddl");
    CHECK_OK(result.status);
    return result.seqno;
  }
  History HistoryNow() {
    MutexLock lock(events.mutex);
    return events.history;
  }

  std::unique_ptr<storage::MemoryBackend> backend;
  std::unique_ptr<log::Log> log;
  TestEvents events;
  std::unique_ptr<Replicator> replicator;

 private:
  SubmitResult Run(Record& record, const std::string& payload) {
    SubmitResult result = replicator->Replicate(record);
    if (!result.status.ok()) return result;
    replicator->EnterOrder(result.seqno, nullptr);
    const bool commit = result.outcome.verdict == certification::Verdict::kCommit;
    events.Note(result.seqno, commit ? payload : "");
    replicator->LeaveOrder(result.seqno);
    return result;
  }

  explicit TestNode(storage::MemoryVolume& volume) : backend(volume.Attach()) {}

  std::vector<std::thread> appliers_;
  bool left_ = false;
};

}  // namespace borealis::replication

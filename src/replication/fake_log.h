// FakeLog: a log::Log in memory whose appends end as a test says. Only what SubmitQueue calls
// works.
//
// `on_append` decides each append; Store() is what "landed" means. Reading is ReadStored(): it
// hands every stored record once, in order, to a callback, as Replicator::ReadLog does.
// Thread-safe.
#pragma once

#include <functional>
#include <vector>

#include "base/mutex.h"
#include "log/log.h"

namespace borealis::replication {

class FakeLog : public log::Log {
 public:
  struct Stored {
    RecordType type;
    RequestNo request;
    uint64_t trx = 0;
  };
  using OnAppend = std::function<log::AppendReport(std::span<Record>)>;

  static log::AppendReport Report(storage::AppendOutcome outcome, Code code = Code::kOk) {
    log::AppendReport report;
    report.outcome = outcome;
    if (code != Code::kOk) report.status = {code, "as the test wants it"};
    return report;
  }
  void Store(std::span<const Record> records) EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    for (const Record& r : records) stored_.push_back({r.type, r.request, r.trx});
  }
  log::AppendReport StoreAll(std::span<Record> records) {
    Store(records);
    return Report(storage::AppendOutcome::kOk);
  }
  std::vector<Stored> stored() const EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return stored_;
  }
  // One reader at a time; what it was given once is not given again.
  void ReadStored(const std::function<void(const Stored&, Seqno)>& deliver)
      EXCLUDES(read_mutex_, mutex_) {
    MutexLock reading(read_mutex_);
    while (true) {
      Stored next;
      {
        MutexLock lock(mutex_);
        if (read_ == stored_.size()) return;
        next = stored_[read_++];
      }
      if (IsOrdered(next.type)) ++seqno_.value;
      deliver(next, seqno_);
    }
  }

  // Set before the log is used.
  OnAppend on_append = [this](std::span<Record> records) { return StoreAll(records); };
  // Instead of on_append, for tests that say when a batch has its place.
  std::function<log::AppendReport(std::span<Record>, const storage::AppendPlaced&)>
      on_append_placed;
  std::function<Status()> on_resolve = [] { return Status::Ok(); };

  const log::Identity& identity() const override { return identity_; }
  bool recovered() const override { return false; }
  log::AppendReport Append(std::span<Record> records,
                           const storage::AppendPlaced& placed) override {
    return on_append_placed ? on_append_placed(records, placed) : on_append(records);
  }
  Status ResolveUnknown() override { return on_resolve(); }
  Status WriteIdleMarker() override { return {}; }
  Result<Position> DurableEnd() override { return Unsupported(); }
  Status WaitPast(const Position&, int64_t) override { return Unsupported(); }
  Result<std::unique_ptr<log::Reader>> NewReader(const Position&, Seqno, int64_t) override {
    return Unsupported();
  }
  Result<std::unique_ptr<log::Reader>> NewReaderAfter(Seqno) override { return Unsupported(); }
  Result<log::Chain> ReadChain() override { return Unsupported(); }
  Result<uint64_t> Trim(const Position&) override { return Unsupported(); }
  void Interrupt() override {}
  void ClearInterrupt() override {}

 private:
  static Status Unsupported() { return {Code::kUnsupported, "not in a FakeLog"}; }

  const log::Identity identity_{};
  Mutex read_mutex_;
  Seqno seqno_ GUARDED_BY(read_mutex_) = Seqno::Zero();
  mutable Mutex mutex_;
  std::vector<Stored> stored_ GUARDED_BY(mutex_);
  size_t read_ GUARDED_BY(mutex_) = 0;
};

}  // namespace borealis::replication

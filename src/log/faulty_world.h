// FaultyWorld: a few processes on one faulty volume, driven at random from a seed, and what must
// hold whatever happens:
//
//   - an acknowledged record is in every later reading; one that was not appended is in none;
//   - no record is there twice, none is damaged;
//   - what anyone has read once is a prefix of what anyone reads later: the order never changes;
//   - once ResolveUnknown() said so, an absent record stays absent;
//   - no reading fails with corruption, for nothing durable was damaged.
//
// One thread; the seed replays exactly.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/log.h"
#include "log/testing.h"
#include "storage/faulty/faulty_backend.h"

namespace borealis::log::testing {

using storage::AppendOutcome;
using storage::Call;
using storage::Fault;

class FaultyWorld {
 public:
  struct Process {
    std::unique_ptr<storage::FaultyBackend> backend;
    std::unique_ptr<Log> log;
    std::unique_ptr<Reader> reader;
    size_t read = 0;                   // entries its reader gave
    std::vector<uint64_t> unresolved;  // requests of unknown outcome
  };

  FaultyWorld(uint64_t seed, const storage::Traits& traits)
      : random_(seed), volume_(storage::FaultyVolume::Create(VolumeOptions(traits), Source())) {
    options_ = {.segment_bytes = 2048 + Below(12) * 1024,
                .chunk_bytes = 1024,
                .payload_bytes_max = 1 << 20};
    auto backend = volume_->Attach();
    CHECK_OK(Log::Create(*backend, TestIdentity(), clock_));
  }

  // Rates of every fault, each between 0 and `rate`.
  void SetRates(double rate) {
    const auto set = [&](Call call, std::initializer_list<Fault> faults) {
      for (const Fault fault : faults) {
        volume_->plan().SetRate(call, fault, static_cast<double>(Below(100)) * rate / 100);
      }
    };
    set(Call::kAppend,
        {Fault::kNoSpace, Fault::kIo, Fault::kUnavailable, Fault::kCrashBefore, Fault::kCrashAfter,
         Fault::kReplyLost, Fault::kRequestLost, Fault::kHeldBack, Fault::kSyncFails,
         Fault::kCrashMidWrite, Fault::kCrashBeforeSync});
    set(Call::kSeal,
        {Fault::kIo, Fault::kUnavailable, Fault::kCrashBefore, Fault::kCrashAfter,
         Fault::kReplyLost, Fault::kRequestLost, Fault::kSyncFails, Fault::kCutUnsynced});
    set(Call::kSwap, {Fault::kNoSpace, Fault::kUnavailable, Fault::kCrashBefore, Fault::kCrashAfter,
                      Fault::kReplyLost, Fault::kRequestLost});
    set(Call::kMutation, {Fault::kNoSpace, Fault::kUnavailable, Fault::kCrashBefore,
                          Fault::kCrashAfter, Fault::kReplyLost, Fault::kRequestLost});
    set(Call::kRead, {Fault::kUnavailable, Fault::kCrashBefore});
    volume_->plan().SetRate(Call::kRestart, Fault::kSealLost, 0.5);
    volume_->SetPendingRates(0.1, 0.02);
  }

  void Step() {
    Bury();
    if (processes_.size() < 3 && (processes_.empty() || Below(8) == 0)) {
      TryAttach();
    }
    if (processes_.empty()) {
      return;
    }
    Process& process = processes_[Below(processes_.size())];
    switch (Below(16)) {
      case 0:
        process.backend->CrashProcess();
        break;
      case 1:
        if (Below(4) == 0) {
          KillAll();
        }
        break;
      case 2:
        volume_->LandPending();
        break;
      case 3:
      case 4:
        static_cast<void>(process.log->WriteIdleMarker());
        break;
      case 5:
      case 6:
      case 7:
        Read(process);
        break;
      default:
        Append(process);
    }
  }

  // Everything dies; the next life must hold everything that is owed.
  void KillAll() {
    if (Below(2) == 0) {
      volume_->CrashAll();
    } else {
      volume_->PowerLoss();
    }
    processes_.clear();
  }

  // No more faults: after one more death of all the whole history is read and checked.
  void Finish() {
    volume_->plan().ClearRates();
    KillAll();
    TryAttach();
    ASSERT_EQ(processes_.size(), 1u) << "the log can't be opened: " << last_error_.ToString();
    Read(processes_[0]);
    const std::set<uint64_t> found(history_.begin(), history_.end());
    for (const uint64_t request : acknowledged_) {
      ASSERT_TRUE(found.contains(request)) << "lost: request " << request;
    }
    for (const uint64_t request : refused_) {
      ASSERT_FALSE(found.contains(request)) << "surfaced: request " << request;
    }
  }

  size_t acknowledged() const { return acknowledged_.size(); }
  size_t segments() { return processes_[0].log->ReadChain()->entries.size(); }
  const std::vector<uint64_t>& history() const { return history_; }
  storage::FaultyVolume& volume() { return *volume_; }

 private:
  storage::RandomSource Source() {
    return [this] { return random_(); };
  }
  uint64_t Below(uint64_t n) { return random_() % n; }
  storage::FaultyOptions VolumeOptions(const storage::Traits& traits) {
    return {.traits = traits,
            .single_threaded = true,
            .prewritten_bytes = Below(2) * 32768,
            .recycle_segments = Below(2) == 0};
  }

  static std::string PayloadOf(uint64_t request) {
    std::mt19937_64 random(request);
    const size_t size = random() % 8 == 0 ? random() % 5000 : random() % 300;
    return std::to_string(request) + ":" + std::string(size, static_cast<char>('a' + request % 26));
  }

  void Bury() {
    std::erase_if(processes_, [](const Process& process) { return !process.backend->alive(); });
  }

  void TryAttach() {
    auto backend = volume_->TryAttach();
    if (!backend.ok()) {
      return;
    }
    Process process;
    process.backend = std::move(*backend);
    auto log = Log::Open(*process.backend, options_, clock_);
    if (!log.ok()) {
      ExpectTransient(log.status());
      return;
    }
    process.log = std::move(*log);
    processes_.push_back(std::move(process));
  }

  void ExpectTransient(const Status& status) {
    last_error_ = status;
    const Code code = status.code();
    EXPECT_TRUE(code == Code::kUnavailable || code == Code::kIo || code == Code::kNoSpace ||
                code == Code::kUnknown || code == Code::kTimeout || code == Code::kSealed)
        << status.ToString();
  }

  void Append(Process& process) {
    if (!Resolve(process)) {
      return;
    }
    std::vector<Record> records;
    std::vector<uint64_t> requests;
    for (uint64_t i = 0; i <= Below(3); ++i) {
      requests.push_back(++requests_);
      records.push_back(TextRecord(PayloadOf(requests_), requests_));
    }
    const AppendReport report = process.log->Append(records);
    switch (report.outcome) {
      case AppendOutcome::kOk:
        acknowledged_.insert(acknowledged_.end(), requests.begin(), requests.end());
        break;
      case AppendOutcome::kNotAppended:
        ExpectTransient(report.status);
        refused_.insert(requests.begin(), requests.end());
        break;
      case AppendOutcome::kUnknown:
        ExpectTransient(report.status);
        process.unresolved = requests;
        break;
    }
  }

  // False while the outcome of the process's last append is not final.
  bool Resolve(Process& process) {
    if (process.unresolved.empty()) {
      return true;
    }
    const Status resolved = process.log->ResolveUnknown();
    if (!resolved.ok()) {
      ExpectTransient(resolved);
      return false;
    }
    if (!Read(process)) {
      return false;
    }
    for (const uint64_t request : process.unresolved) {
      const bool there = std::count(history_.begin(), history_.end(), request) > 0;
      if (there) {
        acknowledged_.push_back(request);
      } else {
        refused_.insert(request);
      }
    }
    process.unresolved.clear();
    return true;
  }

  // Reads to the end and holds what it reads against the history. False: not to the end.
  bool Read(Process& process) {
    if (process.reader == nullptr) {
      auto reader = process.log->NewReaderAfter(Seqno::Zero());
      if (!reader.ok()) {
        ExpectTransient(reader.status());
        return false;
      }
      process.reader = std::move(*reader);
    }
    while (true) {
      const auto entry = process.reader->Next();
      if (!entry.ok()) {
        ExpectTransient(entry.status());
        return false;
      }
      if (*entry == nullptr) {
        return true;
      }
      CheckEntry(process, **entry);
    }
  }

  void CheckEntry(Process& process, const LogEntry& entry) {
    const uint64_t request = entry.record.request.value;
    const size_t index = process.read++;
    ASSERT_EQ(entry.seqno.value, static_cast<int64_t>(index) + 1);
    ASSERT_FALSE(refused_.contains(request)) << "surfaced: request " << request;
    if (index < history_.size()) {
      ASSERT_EQ(history_[index], request) << "the order changed at " << index;
    } else {
      ASSERT_EQ(std::count(history_.begin(), history_.end(), request), 0) << "twice: " << request;
      history_.push_back(request);
    }
    const auto payload = process.reader->LoadPayload(entry.record);
    if (payload.ok()) {
      ASSERT_EQ(AsText(*payload), PayloadOf(request));
    } else {
      ExpectTransient(payload.status());
    }
  }

  ManualClock clock_;
  std::mt19937_64 random_;
  Options options_;
  std::shared_ptr<storage::FaultyVolume> volume_;
  std::vector<Process> processes_;
  Status last_error_;

  uint64_t requests_ = 0;
  std::vector<uint64_t> acknowledged_;
  std::set<uint64_t> refused_;
  std::vector<uint64_t> history_;  // the longest reading so far, by request
};

}  // namespace borealis::log::testing

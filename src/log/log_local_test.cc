// Claims about the log on real files: the same rules hold, and damage to a volume at rest is
// noticed.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "base/log.h"
#include "log/inspect.h"
#include "log/testing.h"
#include "storage/local/local_backend.h"
#include "storage/local/testing.h"

namespace borealis::log {
namespace {

using storage::AppendOutcome;
using storage::LocalBackend;
using storage::LocalOptions;
using testing::AppendOne;
using testing::Drain;
using testing::ReadAll;
using testing::TextRecord;
using testing::Texts;

namespace fs = std::filesystem;

class LogLocalTest : public ::testing::Test {
 protected:
  LogLocalTest() {
    SetLogLevel(LogLevel::kError);
    local_.segment_bytes_max = 64 << 10;
    local_.append_bytes_max = 16 << 10;
    CHECK_OK(LocalBackend::Create(Path(), local_));
  }
  ~LogLocalTest() override { SetLogLevel(LogLevel::kInfo); }

  struct Process {
    std::unique_ptr<LocalBackend> backend;
    std::unique_ptr<Log> log;
  };
  std::string Path() const { return directory_.Volume(); }
  Result<Process> TryOpen(const std::string& path) {
    Process process;
    ASSIGN_OR_RETURN(process.backend, LocalBackend::Open(path, local_));
    ASSIGN_OR_RETURN(process.log, Log::Open(*process.backend, options_, SystemClock()));
    return process;
  }
  Process Open() {
    if (!created_) {
      auto backend = LocalBackend::Open(Path(), local_);
      CHECK_OK(backend);
      CHECK_OK(Log::Create(**backend, testing::TestIdentity(), SystemClock()));
      created_ = true;
    }
    auto process = TryOpen(Path());
    CHECK_OK(process);
    return std::move(*process);
  }

  storage::local::TestDirectory directory_;
  Options options_ = testing::kSmallOptions;
  LocalOptions local_;
  bool created_ = false;
};

TEST_F(LogLocalTest, ProcessesShareOneOrderAcrossRollsAndRestarts) {
  constexpr int kLives = 3;
  constexpr uint64_t kAppends = 60;
  for (int life = 0; life < kLives; ++life) {
    Process a = Open();
    Process b = Open();
    EXPECT_TRUE(a.log->recovered());
    EXPECT_FALSE(b.log->recovered());
    std::vector<std::thread> threads;
    for (Log* log : {a.log.get(), b.log.get()}) {
      threads.emplace_back([log] {
        for (uint64_t i = 1; i <= kAppends; ++i) {
          const AppendReport report = AppendOne(*log, TextRecord(std::string(500, 'x'), i));
          ASSERT_EQ(report.outcome, AppendOutcome::kOk) << report.status.ToString();
        }
      });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    const auto from_a = ReadAll(*a.log);
    const auto from_b = ReadAll(*b.log);
    ASSERT_TRUE(from_a.ok() && from_b.ok());
    EXPECT_EQ(from_a->size(), static_cast<size_t>(life + 1) * 2 * kAppends);
    EXPECT_EQ(Texts(*from_a), Texts(*from_b));
  }
}

TEST_F(LogLocalTest, AReaderInAnotherProcessWakesForEveryAppend) {
  Process a = Open();
  Process b = Open();
  std::thread follower([&] {
    auto reader = b.log->NewReaderAfter(Seqno::Zero());
    while ((*reader)->seqno() < Seqno{100}) {
      const auto entry = (*reader)->Next();
      ASSERT_TRUE(entry.ok()) << entry.status().ToString();
      if (*entry == nullptr) {
        const Status waited = (*reader)->WaitForMore(60'000'000'000);
        ASSERT_TRUE(waited.ok()) << waited.ToString();
      }
    }
  });
  for (uint64_t i = 1; i <= 100; ++i) {
    ASSERT_EQ(AppendOne(*a.log, TextRecord(std::string(700, 'x'), i)).outcome, AppendOutcome::kOk);
  }
  follower.join();
}

// A volume at rest with a few segments and an idle marker at its end; damaged in copies.
class LocalDamageTest : public LogLocalTest {
 protected:
  LocalDamageTest() {
    options_.segment_bytes = 4 << 10;
    local_.prepare_spares = false;
    Process process = Open();
    Log& log = *process.log;
    for (uint64_t i = 1; i <= kRecords; ++i) {
      Record record = TextRecord(std::to_string(i) + std::string(i * 53 % 900, 'r'), i);
      const Bytes large(5000, std::byte{'l'});
      if (i == kRecords / 2) {
        record.payload = large;  // chunked
      }
      CHECK(log.Append({&record, 1}).outcome == AppendOutcome::kOk);
    }
    CHECK_OK(log.WriteIdleMarker());
    CHECK_OK(log.WriteIdleMarker());
    InspectVisitor visitor;
    visitor.batch = [&](const InspectedBatch& batch) { batches_.push_back(batch); };
    const auto report = InspectLog(*process.backend, visitor);
    CHECK_OK(report);
    CHECK_OK(report->damage);
    open_ = report->chain.entries.back().segment.id;
    CHECK(batches_.back().records == 0 && report->segments >= 3);
  }

  fs::path FileOf(const std::string& volume, SegmentId segment) {
    for (const auto& file : fs::directory_iterator(volume + "/segments")) {
      const std::string name = file.path().filename();
      if (name.rfind(std::to_string(segment.value) + ".", 0) == 0) {
        return file.path();
      }
    }
    CHECK(false, "no file of segment {}", segment);
  }
  // A copy of the volume as a crash of the machine would leave it.
  std::string Copy() {
    const std::string copy = directory_.path() + "/damaged";
    fs::remove_all(copy);
    fs::copy(Path(), copy, fs::copy_options::recursive);
    fs::remove(copy + "/shm");
    return copy;
  }
  // What a server would see: all records in order, or a refusal.
  bool IntactOrReported(const std::string& volume, std::string& what) {
    auto process = TryOpen(volume);
    if (!process.ok()) {
      what = process.status().ToString();
      return process.status().code() == Code::kCorruption;
    }
    const auto entries = ReadAll(*process->log);
    if (!entries.ok()) {
      what = entries.status().ToString();
      return entries.status().code() == Code::kCorruption;
    }
    what = fmt::format("{} of {} records", entries->size(), kRecords);
    return entries->size() == kRecords;
  }

  static constexpr uint64_t kRecords = 20;
  std::vector<InspectedBatch> batches_;
  SegmentId open_;
};

TEST_F(LocalDamageTest, AFlippedBitInAnyBatchOfAVolumeAtRestIsReported) {
  std::mt19937_64 random(3);
  for (const InspectedBatch& batch : batches_) {
    for (const uint64_t at : {batch.offset, batch.offset + random() % batch.bytes}) {
      const std::string copy = Copy();
      const fs::path file = FileOf(copy, batch.segment);
      fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
      std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
      stream.seekg(static_cast<std::streamoff>(at));
      const char byte = static_cast<char>(stream.get() ^ 0x20);
      stream.seekp(static_cast<std::streamoff>(at));
      stream.put(byte);
      stream.close();
      std::string what;
      EXPECT_TRUE(IntactOrReported(copy, what))
          << "segment " << batch.segment.value << " offset " << at << ": " << what;
    }
  }
}

TEST_F(LocalDamageTest, AFileCutOffAtAnyBatchOrInsideOneIsReported) {
  for (const InspectedBatch& batch : batches_) {
    for (const uint64_t size : {batch.offset, batch.offset + 100}) {
      const std::string copy = Copy();
      const fs::path file = FileOf(copy, batch.segment);
      fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
      fs::resize_file(file, size);
      std::string what;
      EXPECT_TRUE(IntactOrReported(copy, what))
          << "segment " << batch.segment.value << " cut at " << size << ": " << what;
    }
  }
}

TEST_F(LocalDamageTest, ASealThatDiedBetweenCuttingTheFileAndMarkingItIsNoDamage) {
  const std::string copy = Copy();
  const fs::path file = FileOf(copy, open_);
  fs::permissions(file, fs::perms::owner_all);
  fs::resize_file(file, batches_.back().offset + batches_.back().bytes);
  const auto outside = LocalBackend::OpenReadOnly(copy);
  ASSERT_TRUE(outside.ok());
  const auto report = InspectLog(**outside, {});
  EXPECT_TRUE(report->damage.ok()) << report->damage.ToString();
  EXPECT_EQ(report->last, Seqno{kRecords});
  auto process = TryOpen(copy);
  ASSERT_TRUE(process.ok()) << process.status().ToString();
  EXPECT_EQ(ReadAll(*process->log)->size(), kRecords);
}

TEST_F(LocalDamageTest, InspectionFromOutsideSeesTheSameCutOffs) {
  for (const InspectedBatch& batch : batches_) {
    const std::string copy = Copy();
    const fs::path file = FileOf(copy, batch.segment);
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
    const auto whole = LocalBackend::OpenReadOnly(copy);
    ASSERT_TRUE(whole.ok());
    EXPECT_TRUE(InspectLog(**whole, {})->damage.ok());
    fs::resize_file(file, batch.offset);
    const auto backend = LocalBackend::OpenReadOnly(copy);
    ASSERT_TRUE(backend.ok());
    const auto report = InspectLog(**backend, {});
    ASSERT_TRUE(report.ok());
    EXPECT_EQ(report->damage.code(), Code::kCorruption);
    EXPECT_EQ(report->damaged_at.segment, batch.segment);
  }
}

}  // namespace
}  // namespace borealis::log

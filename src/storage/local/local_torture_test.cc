// Writers that are killed and stopped at random moments, under load: everything acknowledged is
// there, nothing overlaps, and the others go on.
#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <random>
#include <thread>

#include "base/mutex.h"
#include "storage/local/test_process.h"
#include "storage/local/testing.h"

namespace borealis::storage::local {
namespace {

// One writer process and the thread that reads what it acknowledges.
class Writer {
 public:
  Writer(const std::string& volume, int number) : number_(number), process_(volume) {
    CHECK(process_.Answer() == "attached");
    process_.Send(fmt::format("stream {}", number));
    listener_ = std::thread([this] { Listen(); });
  }
  ~Writer() { End(); }

  void End() {
    if (!listener_.joinable()) return;
    if (!process_.HasEnded()) process_.Kill();
    listener_.join();
  }
  TestProcess& process() { return process_; }
  int number() const { return number_; }

  // Blocks until it has acknowledged `count` more; false when it ended or took longer than a
  // generous bound.
  bool AwaitMore(size_t count) {
    constexpr int64_t kStallNs = 60'000'000'000;
    MutexLock lock(mutex_);
    const size_t target = acknowledged_.size() + count;
    while (acknowledged_.size() < target && !ended_) {
      if (!changed_.WaitFor(mutex_, kStallNs)) return false;
    }
    return !ended_;
  }
  struct Acknowledged {
    uint64_t segment = 0;
    uint64_t offset = 0;
    int number = 0;
  };
  std::vector<Acknowledged> acknowledged() {
    MutexLock lock(mutex_);
    return acknowledged_;
  }

 private:
  void Listen() {
    for (;;) {
      const std::string line = process_.Answer();
      Acknowledged append;
      const bool understood = std::sscanf(line.c_str(), "%lu %lu %d", &append.segment,
                                          &append.offset, &append.number) == 3;
      MutexLock lock(mutex_);
      changed_.NotifyAll();
      if (understood) {
        acknowledged_.push_back(append);
        continue;
      }
      EXPECT_EQ(line, "") << "writer " << number_;  // else it failed
      ended_ = true;
      return;
    }
  }

  const int number_;
  TestProcess process_;
  Mutex mutex_;
  CondVar changed_;
  std::vector<Acknowledged> acknowledged_ GUARDED_BY(mutex_);
  bool ended_ GUARDED_BY(mutex_) = false;
  std::thread listener_;
};

class LocalTortureTest : public ::testing::Test {
 protected:
  LocalTortureTest() {
    CHECK_OK(LocalBackend::Create(directory_.Volume(), options_));
    backend_ = AttachOrDie(directory_.Volume(), options_);
    CHECK_OK(backend_->CreateSegment({{1}, {1}}));
  }

  std::unique_ptr<Writer> NewWriter() {
    return std::make_unique<Writer>(directory_.Volume(), ++writers_made_);
  }

  void Collect(Writer& writer) {
    writer.End();
    for (const Writer::Acknowledged& append : writer.acknowledged()) {
      acknowledged_[{append.segment, append.offset}] =
          TestProcess::StreamText(writer.number(), append.number);
      ++count_;
    }
  }

  // Every acknowledged line is where it was said to be, and all that can be read are whole lines.
  void Verify() {
    EXPECT_EQ(acknowledged_.size(), count_) << "two appends were acknowledged at one place";
    std::map<uint64_t, std::string> content;
    for (const auto& [place, text] : acknowledged_) {
      const auto& [segment, offset] = place;
      if (!content.contains(segment)) {
        const Result<Bytes> bytes = backend_->Read({{segment}, {1}}, 0, 1 << 20);
        ASSERT_TRUE(bytes.ok()) << bytes.status().ToString();
        content[segment] = std::string(AsText(*bytes));
        EXPECT_EQ(content[segment].size() % TestProcess::kStreamBytes, 0u);
      }
      ASSERT_EQ(content[segment].substr(offset, text.size()), text)
          << "segment " << segment << " offset " << offset;
    }
  }

  const LocalOptions options_ = TestOptions();
  TestDirectory directory_;
  std::unique_ptr<LocalBackend> backend_;
  int writers_made_ = 0;
  size_t count_ = 0;
  std::map<std::pair<uint64_t, uint64_t>, std::string> acknowledged_;
};

TEST_F(LocalTortureTest, KillsAtRandomMomentsLoseNothingAndStallNobody) {
  constexpr int kRounds = 40;
  std::mt19937 random(20240611);
  std::vector<std::unique_ptr<Writer>> writers;
  writers.reserve(3);
  for (int i = 0; i < 3; ++i) writers.push_back(NewWriter());
  for (int round = 0; round < kRounds; ++round) {
    const size_t victim = random() % writers.size();
    const size_t survivor = (victim + 1) % writers.size();
    ASSERT_TRUE(writers[victim]->AwaitMore(1 + random() % 40)) << "round " << round;
    Collect(*writers[victim]);
    ASSERT_TRUE(writers[survivor]->AwaitMore(20)) << "round " << round;
    writers[victim] = NewWriter();
  }
  for (const auto& writer : writers) Collect(*writer);
  Verify();
}

TEST_F(LocalTortureTest, StopsAtRandomMomentsLoseNothingAndStallNobody) {
  constexpr int kRounds = 25;
  std::mt19937 random(20240612);
  std::vector<std::unique_ptr<Writer>> writers;
  writers.reserve(3);
  for (int i = 0; i < 3; ++i) writers.push_back(NewWriter());
  for (int round = 0; round < kRounds; ++round) {
    const size_t victim = random() % writers.size();
    ASSERT_TRUE(writers[victim]->AwaitMore(1 + random() % 40)) << "round " << round;
    ::kill(writers[victim]->process().pid(), SIGSTOP);
    for (size_t i = 0; i < writers.size(); ++i) {
      if (i == victim) continue;
      ASSERT_TRUE(writers[i]->AwaitMore(20)) << "round " << round;
    }
    ::kill(writers[victim]->process().pid(), SIGCONT);
    // It goes on, unless it was stopped inside an append and ended for that.
    if (writers[victim]->AwaitMore(5)) continue;
    EXPECT_EQ(writers[victim]->process().WaitUntilEnded(), SIGKILL);
    Collect(*writers[victim]);
    writers[victim] = NewWriter();
  }
  for (const auto& writer : writers) Collect(*writer);
  Verify();
}

}  // namespace
}  // namespace borealis::storage::local

// Starts from checkpoints: the same state as from the whole log, less of it read, and a bad
// checkpoint is passed over.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/log.h"
#include "certification/test_records.h"
#include "replication/test_node.h"
#include "snapshot/publish.h"
#include "snapshot/testing.h"

namespace borealis::replication {
namespace {

using certification::Certifier;
using snapshot::Checkpoint;
using snapshot::CheckpointStore;
using snapshot::TempDirectory;
using storage::MemoryVolume;

constexpr int kCommits = 3000;  // several digests lie among them
const Uuid kVolume = Uuid::FromRandom(1, 2);

class ReplicatorCheckpointTest : public ::testing::Test {
 protected:
  ReplicatorCheckpointTest() {
    SetLogSink([this](LogLevel, const std::string& text) {
      MutexLock lock(mutex_);
      lines_.push_back(text);
    });
    SetLogLevel(LogLevel::kInfo);
    TestNode::CreateVolume(*volume_);
  }
  ~ReplicatorCheckpointTest() override {
    SetLogSink([](LogLevel, const std::string&) {});
    SetLogLevel(LogLevel::kError);
  }
  std::unique_ptr<TestNode> Start(Seqno start) {
    TestNode::Options options;
    options.start = start;
    options.log.segment_bytes = 256 << 10;
    options.checkpoints = &store_;
    return TestNode::StartOrDie(*volume_, "n", options);
  }
  // A node that commits and leaves, and so leaves a checkpoint. Returns its position.
  Seqno Run(Seqno start, int commits) {
    const auto node = Start(start);
    for (int i = 0; i < commits; ++i) {
      const auto key = static_cast<uint64_t>(i);
      CHECK_OK(
          node->Commit("x", {{key % 100, KeyType::kUpdate}, {key, KeyType::kExclusive}}).status);
    }
    node->Leave();
    return node->replicator->last_finished();
  }
  std::vector<Seqno> Listed() {
    const auto listed = store_.List();
    CHECK_OK(listed);
    return *listed;
  }
  bool Said(std::string_view text) {
    MutexLock lock(mutex_);
    return std::ranges::any_of(
        lines_, [&](const std::string& line) { return line.find(text) != std::string::npos; });
  }
  // Puts a checkpoint with a state of another history, and a hash that is right, in the place of
  // the one there is.
  void Falsify(Seqno seqno) {
    Checkpoint checkpoint = *store_.Get(seqno);
    Certifier other(65536);
    Record record;
    record.type = RecordType::kWriteSet;
    while (other.seqno() < seqno) other.Certify(other.seqno().Next(), record);
    checkpoint.certifier = other.Save();
    CHECK_OK(store_.Put(checkpoint));
  }
  void TrimAll() {
    const auto backend = volume_->Attach();
    const auto log = log::Log::Open(*backend, {}, SystemClock());
    CHECK_OK(log);
    const auto end = (*log)->DurableEnd();
    CHECK_OK(end);
    CHECK_OK((*log)->Trim(*end));
  }

  const std::shared_ptr<MemoryVolume> volume_ = MemoryVolume::Create({});
  const TempDirectory directory_;
  CheckpointStore store_{directory_.path(), kVolume, nullptr};
  Mutex mutex_;
  std::vector<std::string> lines_ GUARDED_BY(mutex_);
};

TEST_F(ReplicatorCheckpointTest, AStartReadsFromTheCheckpointOfTheCloseBefore) {
  const Seqno end = Run(Seqno::Zero(), 200);
  ASSERT_EQ(Listed().size(), 1u);
  EXPECT_LE(Listed().back(), end);
  Run(end, 5);
  EXPECT_TRUE(Said(fmt::format("from the checkpoint at seqno {}", Listed().front())));
}

TEST_F(ReplicatorCheckpointTest, TheStateIsThatOfTheWholeLog) {
  Seqno end = Run(Seqno::Zero(), 500);
  end = Run(end, 500);
  const Checkpoint second = *store_.Get(Listed().back());
  // Once more from the log alone.
  const auto backend = volume_->Attach();
  const auto log = log::Log::Open(*backend, {}, SystemClock());
  CHECK_OK(log);
  const auto reader = (*log)->NewReaderAfter(Seqno::Zero());
  CHECK_OK(reader);
  Certifier certifier(65536);
  while (certifier.seqno() < second.seqno) {
    const auto entry = (*reader)->Next();
    CHECK_OK(entry);
    ASSERT_NE(*entry, nullptr);
    if (IsOrdered((*entry)->record.type)) certifier.Certify((*entry)->seqno, (*entry)->record);
  }
  EXPECT_TRUE(certifier.Save() == second.certifier);
}

TEST_F(ReplicatorCheckpointTest, ACheckpointPastTheDataIsPassedOver) {
  const Seqno end = Run(Seqno::Zero(), 200);
  Run(Seqno{end.value / 2}, 0);
  EXPECT_TRUE(Said("from the log from its beginning"));
}

TEST_F(ReplicatorCheckpointTest, ADamagedOneGivesWayToTheOneBefore) {
  Seqno end = Run(Seqno::Zero(), 100);
  end = Run(end, 100);
  ASSERT_EQ(Listed().size(), 2u);
  snapshot::WriteText(directory_ / fmt::format("borealis_checkpoint.{:020}", Listed()[1].value),
                      "damaged");
  const Seqno first = Listed()[0];
  Run(end, 1);
  EXPECT_TRUE(Said("trying the one before"));
  EXPECT_TRUE(Said(fmt::format("from the checkpoint at seqno {}", first)));
}

TEST_F(ReplicatorCheckpointTest, AWrongStateIsNoticedByADigestInTheLog) {
  const Seqno middle = Run(Seqno::Zero(), 100);
  const Seqno checkpoint = Listed().back();
  const Seqno end = Run(middle, kCommits);
  Falsify(checkpoint);
  // Only the false one is not past the data.
  for (const Seqno seqno : Listed()) {
    if (seqno != checkpoint) {
      unlink((directory_ / fmt::format("borealis_checkpoint.{:020}", seqno.value)).c_str());
    }
  }
  Run(end, 1);
  EXPECT_TRUE(Said("certification history differs from the log's"));
  EXPECT_TRUE(Said("from the log from its beginning"));
}

TEST_F(ReplicatorCheckpointTest, OneOfAnotherVolumeIsNeverUsed) {
  const Seqno end = Run(Seqno::Zero(), 100);
  const Seqno seqno = Listed().back();
  Checkpoint foreign = *store_.Get(seqno);
  foreign.volume = Uuid::FromRandom(8, 9);
  CHECK_OK(CheckpointStore(directory_.path(), foreign.volume, nullptr).Put(foreign));
  Run(end, 1);
  EXPECT_TRUE(Said("is of volume"));
  EXPECT_TRUE(Said("from the log from its beginning"));
}

TEST_F(ReplicatorCheckpointTest, ATrimmedLogIsStartedFromACheckpointOrFromASnapshot) {
  const Seqno end = Run(Seqno::Zero(), 300);
  const Checkpoint checkpoint = *store_.Get(Listed().back());
  {
    const auto node =
        Start(end);  // the log goes on; the end of it is trimmed, but for its last part
    TrimAll();
    node->Leave();
  }
  const auto none = TestNode::Start(*volume_, "n", {.start = end});
  EXPECT_EQ(none.status().code(), Code::kNotFound) << none.status().ToString();
  const auto backend = volume_->Attach();
  const auto log = log::Log::Open(*backend, {}, SystemClock());
  CHECK_OK(log);
  EXPECT_GT((*log)->ReadChain()->entries.front().before, checkpoint.seqno);

  // One that lies in what is left: as the manifest of a snapshot.
  const Seqno now = Listed().back();
  const Checkpoint newest = *store_.Get(now);
  ASSERT_GE(now, (*log)->ReadChain()->entries.front().before);
  snapshot::Manifest manifest;
  manifest.volume = kVolume;
  manifest.seqno = now;
  manifest.position = newest.position;
  manifest.certifier = newest.certifier;
  manifest.certifier_digest = Hash64(newest.certifier, 0);
  const TempDirectory tree;
  CHECK_OK(snapshot::PublishSnapshot(*backend, tree.path(), manifest, {}));
  const auto joined = TestNode::Start(*volume_, "n", {.start = now});
  ASSERT_TRUE(joined.ok()) << joined.status().ToString();
  EXPECT_TRUE(Said(fmt::format("from snapshot {}", now)));
}

TEST_F(ReplicatorCheckpointTest, ARunningNodeTakesThemAsTheLogGrows) {
  TestNode::Options options;
  options.checkpoints = &store_;
  options.checkpoint_bytes = 64 << 10;
  options.tick_ms = 200;
  const auto node = TestNode::StartOrDie(*volume_, "n", options);
  const int64_t deadline_ns = SystemClock().MonotonicNs() + 60'000'000'000;
  int commits = 0;
  while (Listed().empty() && SystemClock().MonotonicNs() < deadline_ns) {
    CHECK_OK(node->Commit(std::string(1000, 'x')).status);
    ++commits;
  }
  ASSERT_FALSE(Listed().empty());
  EXPECT_TRUE(store_.Get(Listed().front()).ok());
  EXPECT_LE(Listed().front().value, commits + 2);
}

}  // namespace
}  // namespace borealis::replication

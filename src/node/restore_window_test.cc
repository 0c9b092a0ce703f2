#include "node/restore_window.h"

#include "log/testing.h"
#include "node/time_text.h"
#include "snapshot/publish.h"
#include "snapshot/testing.h"

namespace borealis::node {
namespace {

using log::Moment;
using log::testing::MemoryCluster;

// A log of records stamped base + 10, base + 20, ...; snapshots of nearly nothing.
class RestoreWindowTest : public ::testing::Test {
 protected:
  RestoreWindowTest() { snapshot::WriteText(tree_ / "file", "content"); }

  void Append(int count) {
    for (int i = 0; i < count; ++i) {
      Record record = log::testing::TextRecord(std::string(400, 'r'), ++records_);
      record.stamp_us = Stamp(static_cast<int64_t>(records_));
      ASSERT_EQ(log::testing::AppendOne(cluster_.log(), record).outcome,
                storage::AppendOutcome::kOk);
    }
  }
  int64_t Stamp(int64_t seqno) const { return base_ + 10 * seqno; }
  void Publish(int64_t seqno) {
    snapshot::Manifest manifest;
    manifest.volume = cluster_.log().identity().volume;
    manifest.seqno = Seqno{seqno};
    CHECK_OK(snapshot::PublishSnapshot(cluster_.backend(), tree_.path(), manifest, {}));
  }
  RestoreWindow Window() {
    const auto window = ReadRestoreWindow(cluster_.backend());
    CHECK_OK(window);
    return *window;
  }
  Result<Moment> Resolve(const RestorePoint& point) {
    return ResolveRestorePoint(cluster_.backend(), point, Window(), Stamp(1'000'000));
  }

  MemoryCluster cluster_;
  const snapshot::TempDirectory tree_;
  const int64_t base_ = SystemClock().WallUs();
  uint64_t records_ = 0;
};

TEST_F(RestoreWindowTest, WithoutASnapshotThereIsNone) {
  Append(3);
  EXPECT_EQ(ReadRestoreWindow(cluster_.backend()).status().code(), Code::kNotFound);
}

TEST_F(RestoreWindowTest, IsFromTheOldestSnapshotToTheNewestRecord) {
  Publish(0);
  Append(50);
  Publish(20);
  EXPECT_EQ(Window().oldest, (Moment{Seqno::Zero(), 1}));  // when the volume was made
  EXPECT_EQ(Window().newest, (Moment{Seqno{50}, Stamp(50)}));
  CHECK_OK(snapshot::DeleteSnapshot(cluster_.backend(), Seqno::Zero()));
  EXPECT_EQ(Window().oldest, (Moment{Seqno{20}, Stamp(20)}));
}

TEST_F(RestoreWindowTest, ASnapshotThatTheLogDoesNotReachBackToIsNoStart) {
  Publish(0);
  Append(300);
  Publish(290);
  const auto chain = cluster_.log().ReadChain();
  ASSERT_TRUE(chain.ok());
  ASSERT_TRUE(cluster_.log().Trim({chain->entries[2].segment.id, 0, 0}).ok());
  EXPECT_EQ(Window().oldest, (Moment{Seqno{290}, Stamp(290)}));
}

TEST_F(RestoreWindowTest, ATimeIsTheLongestPrefixThatIsNotLater) {
  Publish(0);
  Append(50);
  EXPECT_EQ(*Resolve({{}, Stamp(30)}), (Moment{Seqno{30}, Stamp(30)}));
  EXPECT_EQ(*Resolve({{}, Stamp(30) - 1}), (Moment{Seqno{29}, Stamp(29)}));
  EXPECT_EQ(Resolve({{}, Stamp(0)})->seqno, Seqno::Zero());
  EXPECT_EQ(Resolve({{}, Stamp(400)})->seqno, Seqno{50});  // past, and nothing came since
  EXPECT_EQ(Resolve({})->seqno, Seqno{50});
  EXPECT_EQ(*Resolve({Seqno{7}, {}}), (Moment{Seqno{7}, Stamp(7)}));
}

TEST_F(RestoreWindowTest, OutsideItTheWindowIsNamed) {
  Append(50);
  Publish(20);
  for (const RestorePoint& point :
       {RestorePoint{Seqno{19}, {}}, RestorePoint{Seqno{51}, {}}, RestorePoint{{}, Stamp(20) - 1},
        RestorePoint{{}, Stamp(1'000'001)}}) {
    const Status refused = Resolve(point).status();
    EXPECT_EQ(refused.code(), Code::kInvalidArgument);
    EXPECT_NE(refused.message().find("from seqno 20 (" + FormatMoment(Stamp(20)) +
                                     ") to seqno 50 (" + FormatMoment(Stamp(50)) + ")"),
              std::string::npos)
        << refused.message();
  }
}

}  // namespace
}  // namespace borealis::node

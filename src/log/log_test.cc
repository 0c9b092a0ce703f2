// Claims about the log on a backend without faults: what was appended is read, in one order, with
// dense seqnos, across segments and processes; on positioned and floating backends alike.
#include "log/log.h"

#include <gmock/gmock.h>

#include <thread>

#include "log/testing.h"

namespace borealis::log {
namespace {

using storage::AppendOutcome;
using testing::AppendOne;
using testing::Drain;
using ::testing::ElementsAre;
using testing::MemoryCluster;
using testing::ReadAll;
using testing::TextRecord;
using testing::Texts;

class LogTest : public ::testing::TestWithParam<storage::Traits> {
 protected:
  MemoryCluster Cluster(size_t processes = 1) {
    return MemoryCluster(GetParam(), testing::kSmallOptions, processes);
  }
};

INSTANTIATE_TEST_SUITE_P(Backends, LogTest,
                         ::testing::Values(storage::kPositionedTraits, storage::kFloatingTraits),
                         [](const auto& info) {
                           return info.param.positioned_appends ? "Positioned" : "Floating";
                         });

TEST_P(LogTest, WhatIsAppendedIsReadInOrderWithDenseSeqnos) {
  MemoryCluster cluster = Cluster();
  for (uint64_t i = 1; i <= 200; ++i) {
    const AppendReport report = AppendOne(cluster.log(), TextRecord(std::to_string(i), i));
    ASSERT_EQ(report.outcome, AppendOutcome::kOk) << report.status.ToString();
  }
  const auto entries = ReadAll(cluster.log());
  ASSERT_TRUE(entries.ok()) << entries.status().ToString();
  ASSERT_EQ(entries->size(), 200u);
  for (int64_t i = 0; i < 200; ++i) {
    const LogEntry& entry = (*entries)[static_cast<size_t>(i)];
    EXPECT_EQ(entry.seqno.value, i + 1);
    EXPECT_EQ(AsText(entry.record.payload), std::to_string(i + 1));
    EXPECT_EQ(entry.record.keys[0].hash, static_cast<uint64_t>(i + 1));
  }
  EXPECT_GT(cluster.log().ReadChain()->entries.size(), 1u);
}

}  // namespace
}  // namespace borealis::log

#include "provider/topology.h"

#include <gtest/gtest.h>

namespace borealis::provider {
namespace {

using State = TopologyRow::State;

constexpr int64_t kMs = 1000;  // in us
constexpr int64_t kNow = 1'000'000 * kMs;
constexpr int64_t kSilence = 3'000 * kMs;

NodeId Node(uint8_t n) {
  NodeId id;
  id.uuid.bytes[0] = n;
  return id;
}

Member MakeMember(uint8_t n) {
  Member member;
  member.id = Node(n);
  member.name = "node" + std::to_string(n);
  member.endpoint = "h:" + std::to_string(n);
  return member;
}

MemberReport Report(uint8_t n, int64_t finished, int64_t age_ms, uint8_t life = 0) {
  MemberReport report;
  report.id = Node(static_cast<uint8_t>(n + life));
  report.position.finished = Seqno{finished};
  report.position.updated_us = kNow - age_ms * kMs;
  report.position.name = "node" + std::to_string(n);
  report.position.endpoint = "h:" + std::to_string(n);
  return report;
}

TEST(LogHistory, LagIsTheTimeSinceTheFirstRecordThatIsNotFinished) {
  LogHistory history;
  history.Note(1000 * kMs, Seqno{10});
  history.Note(2000 * kMs, Seqno{10});
  history.Note(3000 * kMs, Seqno{15});
  history.Note(4000 * kMs, Seqno{20});
  EXPECT_EQ(history.LagMs(5000 * kMs, Seqno{20}), 0);
  EXPECT_EQ(history.LagMs(5000 * kMs, Seqno{15}), 1000);
  EXPECT_EQ(history.LagMs(5000 * kMs, Seqno{12}), 2000);
  EXPECT_EQ(history.LagMs(5000 * kMs, Seqno{3}), 4000);
  EXPECT_EQ(history.LagMs(2500 * kMs, Seqno{10}), 0) << "the record came after that";
}

TEST(LogHistory, ForgetsTheOldest) {
  LogHistory history;
  const auto count = static_cast<int64_t>(LogHistory::kSamplesMax) + 10;
  for (int64_t n = 0; n < count; ++n) history.Note(n * kMs, Seqno{n});
  EXPECT_EQ(history.LagMs(count * kMs, Seqno{0}), count - 10);
}

TEST(Topology, MembersThatReportAreOnlineSilentOnesOffline) {
  View view;
  view.members = {MakeMember(2), MakeMember(1), MakeMember(3)};
  LogHistory history;
  history.Note(kNow - 500 * kMs, Seqno{10});
  const auto rows = MakeTopology(view, {Report(1, 10, 200), Report(2, 9, 100), Report(3, 10, 3500)},
                                 history, kNow, kSilence);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0], (TopologyRow{"node1", "h:1", State::kOnline, 0, kNow - 200 * kMs}));
  EXPECT_EQ(rows[1], (TopologyRow{"node2", "h:2", State::kOnline, 400, kNow - 100 * kMs}));
  EXPECT_EQ(rows[2].state, State::kOffline);
}

TEST(Topology, WhoLeftIsOfflineUntilItIsBack) {
  View view;
  view.members = {MakeMember(1)};
  const std::vector<MemberReport> reports = {Report(1, 5, 100), Report(2, 5, 100)};
  EXPECT_EQ(MakeTopology(view, reports, {}, kNow, kSilence)[1].state, State::kOffline);
  view.members.push_back(MakeMember(2));
  view.members.back().id = Node(77);  // its next life, which has not reported
  const auto back = MakeTopology(view, reports, {}, kNow, kSilence);
  ASSERT_EQ(back.size(), 2u);
  EXPECT_EQ(back[1].state, State::kRecovery);
}

TEST(Topology, OfSeveralLivesTheMemberCounts) {
  View view;
  view.members = {MakeMember(1)};
  for (const bool swapped : {false, true}) {
    std::vector<MemberReport> reports = {Report(1, 5, 900), Report(1, 4, 100, 100)};
    if (swapped) std::swap(reports[0], reports[1]);
    const auto rows = MakeTopology(view, reports, {}, kNow, kSilence);
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_EQ(rows[0].state, State::kOnline);
    EXPECT_EQ(rows[0].updated_us, kNow - 900 * kMs);
  }
}

TEST(Topology, JsonQuotesWhatANameMayHave) {
  EXPECT_EQ(ToJson({"a\"\\\n", "h:1", State::kOnline, 3, 5}),
            R"({"server_id":"a\"\\\u000a","endpoint":"h:1","status":"Online","lag_ms":3,)"
            R"("updated_us":5})");
}

TEST(Topology, TheNumberOfRowsIsBounded) {
  std::vector<MemberReport> reports;
  for (uint8_t n = 0; n < 100; ++n) reports.push_back(Report(n, 1, 1));
  EXPECT_EQ(MakeTopology({}, reports, {}, kNow, kSilence).size(), kTopologyRowsMax);
}

}  // namespace
}  // namespace borealis::provider

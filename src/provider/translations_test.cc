// Claims of the provider's pure translations: outcomes, views.
#include <gtest/gtest.h>

#include "provider/outcome.h"
#include "provider/view_info.h"

namespace borealis::provider {
namespace {

std::string Outcome(std::string_view text) {
  const abi::Buffer buffer{text.data(), text.size()};
  return OutcomeText(&buffer);
}

TEST(OutcomeTest, OnlyTheCodesCount) {
  EXPECT_EQ(OutcomeText(nullptr), "");
  EXPECT_EQ(Outcome(""), "");
  EXPECT_EQ(Outcome("Table 't' already exists, Error_code: 1050;"), "1050");
  EXPECT_EQ(Outcome("Tabelle 't' existiert bereits, Error_code: 1050;"), "1050");
  EXPECT_EQ(Outcome("a, Error_code: 1; b, Error_code: 22;"), "1,22");
  EXPECT_EQ(Outcome("no code"), "no code");
  EXPECT_EQ(Outcome("cut, Error_code: "), "");
}

TEST(OutcomeTest, OnlyARefusalAsAWholeKeepsOthersFromRunningIt) {
  EXPECT_TRUE(RefusedBeforeAnyEffect("1846"));
  EXPECT_TRUE(RefusedBeforeAnyEffect("1478,1005,1030"));
  for (const char* outcome :
       {"", "1051", "1050", "1846,1051", "1030", "1051,1030", "no code", "18461"}) {
    EXPECT_FALSE(RefusedBeforeAnyEffect(outcome)) << outcome;
  }
}

TEST(ViewInfoTest, CarriesMembersAndOwnIndex) {
  const NodeId a{Uuid::FromRandom(1, 1)};
  const NodeId b{Uuid::FromRandom(2, 2)};
  View view;
  view.seqno = Seqno{7};
  view.members = {{a, Slot{1}, "node1", "127.0.0.11:3306", Seqno{1}},
                  {b, Slot{2}, std::string(100, 'n'), "h:1", Seqno{7}}};
  const Uuid volume = Uuid::FromRandom(9, 9);
  const ViewInfoBuffer info(volume, view, b, 4, 0xff);
  EXPECT_EQ(info.get()->memb_num, 2);
  EXPECT_EQ(info.get()->my_idx, 1);
  EXPECT_EQ(info.get()->status, abi::kViewPrimary);
  EXPECT_EQ(info.get()->state_id.seqno, 7);
  EXPECT_STREQ(info.get()->members[0].name, "node1");
  EXPECT_EQ(std::string(info.get()->members[1].name).size(), abi::kMemberNameBytes - 1)
      << "too long a name is cut, with its end";
}

TEST(ViewInfoTest, AViewOfANodeThatIsBehindHasMembersAndIsNotPrimary) {
  const NodeId a{Uuid::FromRandom(1, 1)};
  View view;
  view.seqno = Seqno{7};
  view.members = {{a, Slot{1}, "node1", "127.0.0.11:3306", Seqno{1}}};
  const ViewInfoBuffer info(Uuid{}, view, a, 4, 0, ViewUse::kBehind);
  EXPECT_EQ(info.get()->memb_num, 1) << "with none the server would take it for the last view";
  EXPECT_EQ(info.get()->status, abi::kViewNonPrimary);
}

TEST(ViewInfoTest, FinalViewIsNobody) {
  const ViewInfoBuffer info(Uuid{}, View{}, NodeId{}, 4, 0, ViewUse::kFinal);
  EXPECT_EQ(info.get()->memb_num, 0);
  EXPECT_EQ(info.get()->my_idx, -1);
  EXPECT_EQ(info.get()->status, abi::kViewNonPrimary);
}

}  // namespace
}  // namespace borealis::provider

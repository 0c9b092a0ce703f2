// Claims of the provider's pure translations: options, addresses, outcomes, views.
#include "provider/options.h"

#include <gtest/gtest.h>

#include "provider/outcome.h"
#include "provider/view_info.h"

namespace borealis::provider {
namespace {

TEST(OptionsTest, ParsesWithBlanksAndPrintsWhatItParsed) {
  const auto options = Options::Parse(" slot = 3 ;lease_ms=5000; ");
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->slot, 3u);
  EXPECT_EQ(options->lease_ms, 5000u);
  const auto again = Options::Parse(options->ToString());
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->ToString(), options->ToString());
}

TEST(OptionsTest, EveryRefusalSaysWhatToDo) {
  const std::pair<const char*, const char*> cases[] = {
      {"gcache.size=1G", "known are: slot"},
      {"slot=17", "from 0 to 16"},
      {"slot=-1", "from 0 to 16"},
      {"slot=1x", "from 0 to 16"},
      {"slot", "from 0 to 16"},
      {"lease_ms=1000;tick_ms=500", "four times tick_ms"},
  };
  for (const auto& [text, expected] : cases) {
    const auto options = Options::Parse(text);
    ASSERT_FALSE(options.ok()) << text;
    EXPECT_EQ(options.status().code(), Code::kInvalidArgument);
    EXPECT_NE(options.status().message().find(expected), std::string::npos)
        << options.status().message();
    EXPECT_EQ(options.status().message().find('\n'), std::string::npos);
  }
}

TEST(OptionsTest, UpdateRefusesWhatIsFixedAndChangesNothingThen) {
  Options options;
  EXPECT_TRUE(options.Update("causal_timeout_s=5").ok());
  EXPECT_EQ(options.causal_timeout_s, 5u);
  EXPECT_FALSE(options.Update("causal_timeout_s=6;slot=2").ok());
  EXPECT_EQ(options.causal_timeout_s, 5u);
  EXPECT_TRUE(options.Update(options.ToString()).ok()) << "unchanged values are no change";
}

TEST(AddressTest, TakesAbsoluteDirectoriesOnly) {
  EXPECT_EQ(Address::Parse("volume:///srv/vol/")->directory, "/srv/vol");
  for (const char* bad : {"volume://srv/vol", "volume:///", "gcomm://", "", "volume:///a?x=1"}) {
    const auto address = Address::Parse(bad);
    ASSERT_FALSE(address.ok()) << bad;
    EXPECT_NE(address.status().message().find("volume:///"), std::string::npos);
  }
  EXPECT_FALSE(Address::Parse(std::string("volume:///a") + '\0' + "b").ok());
}

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

TEST(ViewInfoTest, FinalViewIsNobody) {
  const ViewInfoBuffer info(Uuid{}, View{}, NodeId{}, 4, 0, /*final_view=*/true);
  EXPECT_EQ(info.get()->memb_num, 0);
  EXPECT_EQ(info.get()->my_idx, -1);
  EXPECT_EQ(info.get()->status, abi::kViewNonPrimary);
}

TEST(OptionsTest, AHoldIsARequestToARunningProvider) {
  EXPECT_FALSE(Options::Parse("hold_after=7").ok());
  Options options;
  ASSERT_TRUE(options.Update("hold_after=7").ok());
  EXPECT_EQ(options.hold_after, 7);
  EXPECT_EQ(options.ToString().find("hold"), std::string::npos);
  EXPECT_FALSE(options.Update("hold_after=x").ok());
  EXPECT_FALSE(options.Update("hold_after=-1").ok());
}

}  // namespace
}  // namespace borealis::provider

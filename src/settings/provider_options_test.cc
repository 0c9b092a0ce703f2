// Claims of the provider's options and of the cluster address.
#include "settings/provider_options.h"

#include <gtest/gtest.h>

namespace borealis::settings {
namespace {

TEST(OptionsTest, ParsesWithBlanksAndPrintsWhatItParsed) {
  const auto options = ProviderOptions::Parse(" slot = 3 ;lease_ms=5000; ");
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->slot, 3u);
  EXPECT_EQ(options->lease_ms, 5000u);
  const auto again = ProviderOptions::Parse(options->ToString());
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
    const auto options = ProviderOptions::Parse(text);
    ASSERT_FALSE(options.ok()) << text;
    EXPECT_EQ(options.status().code(), Code::kInvalidArgument);
    EXPECT_NE(options.status().message().find(expected), std::string::npos)
        << options.status().message();
    EXPECT_EQ(options.status().message().find('\n'), std::string::npos);
  }
}

TEST(OptionsTest, AnAgentsUserMaySetAllButTheSlot) {
  const auto options = ProviderOptions::ParseForAgent("lease_ms=5000; debug = 1");
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->lease_ms, 5000u);
  for (const char* text : {"slot=3", "debug=1; slot = 3", "slot"}) {
    const auto refused = ProviderOptions::ParseForAgent(text);
    ASSERT_FALSE(refused.ok()) << text;
    EXPECT_NE(refused.status().message().find("leave it out"), std::string::npos);
  }
  for (const char* text : {"replica=1", "stop_at=3", "alone=1", "parent=7"}) {
    EXPECT_EQ(ProviderOptions::ParseForAgent(text).status().code(), Code::kInvalidArgument) << text;
  }
  EXPECT_FALSE(ProviderOptions::ParseForAgent("colour=blue").ok());
}

TEST(OptionsTest, UpdateRefusesWhatIsFixedAndChangesNothingThen) {
  ProviderOptions options;
  EXPECT_TRUE(options.Update("causal_timeout_s=5").ok());
  EXPECT_EQ(options.causal_timeout_s, 5u);
  EXPECT_FALSE(options.Update("causal_timeout_s=6;slot=2").ok());
  EXPECT_EQ(options.causal_timeout_s, 5u);
  EXPECT_TRUE(options.Update(options.ToString()).ok()) << "unchanged values are no change";
}

TEST(OptionsTest, AHoldIsARequestToARunningProvider) {
  EXPECT_FALSE(ProviderOptions::Parse("hold_after=7").ok());
  ProviderOptions options;
  ASSERT_TRUE(options.Update("hold_after=7").ok());
  EXPECT_EQ(options.hold_after, 7);
  EXPECT_EQ(options.ToString().find("hold"), std::string::npos);
  EXPECT_FALSE(options.Update("hold_after=x").ok());
  EXPECT_FALSE(options.Update("hold_after=-1").ok());
}

TEST(AddressTest, TakesAbsoluteDirectoriesOnly) {
  EXPECT_EQ(ClusterAddress::Parse("volume:///srv/vol/")->directory, "/srv/vol");
  for (const char* bad : {"volume://srv/vol", "volume:///", "gcomm://", "", "volume:///a?x=1"}) {
    const auto address = ClusterAddress::Parse(bad);
    ASSERT_FALSE(address.ok()) << bad;
    EXPECT_NE(address.status().message().find("volume:///"), std::string::npos);
  }
  EXPECT_FALSE(ClusterAddress::Parse(std::string("volume:///a") + '\0' + "b").ok());
}

}  // namespace
}  // namespace borealis::settings

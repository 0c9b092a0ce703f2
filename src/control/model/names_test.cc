#include "control/model/names.h"

#include <gtest/gtest.h>

namespace borealis::control {
namespace {

TEST(Names, AreAddressesWhereThereAreNone) {
  Instance instance;
  instance.id = "i";
  instance.address = "127.0.0.11";
  EXPECT_EQ(EndpointOf("", instance), "127.0.0.11");
  EXPECT_EQ(EndpointOf("r.d", instance), "i.r.d");
}

TEST(Names, EveryEndpointIsALineOfHosts) {
  Region region;
  region.clusters["c"].id = "c";
  region.clusters["c"].endpoint_address = "127.0.0.254";
  region.clusters["none"].id = "none";  // of an older release, without an address yet
  region.instances["i"].id = "i";
  region.instances["i"].address = "127.0.0.11";
  region.endpoints["e"].id = "e";
  region.endpoints["e"].address = "127.0.0.253";
  EXPECT_EQ(HostsLines(region, "r.d", "127.0.0.1"),
            "127.0.0.1\tapi.r.d\n127.0.0.254\tc.cluster.r.d\n127.0.0.11\ti.r.d\n"
            "127.0.0.253\te.cluster-custom.r.d\n");
}

TEST(Names, OnlyWhatIsOursInAHostsFileChanges) {
  const std::string theirs = "127.0.0.1\tlocalhost\n# a remark\n";
  const std::string with = WithHosts(theirs, "/d", "1\ta\n");
  EXPECT_EQ(with, theirs + "# begin: borealis serve, /d\n1\ta\n# end: borealis serve, /d\n");
  const std::string more = with + "10.0.0.1\tafter\n";
  EXPECT_EQ(WithHosts(more, "/d", "2\tb\n"),
            theirs +
                "# begin: borealis serve, /d\n2\tb\n# end: borealis serve, /d\n"
                "10.0.0.1\tafter\n");
  EXPECT_EQ(WithHosts(more, "/d", ""), theirs + "10.0.0.1\tafter\n");
  EXPECT_EQ(WithHosts(more, "/other", ""), more) << "another daemon's is not ours";
  EXPECT_EQ(WithHosts(theirs, "/d", ""), theirs);
  EXPECT_EQ(WithHosts("no end", "/d", "1\ta\n").substr(0, 8), "no end\n#");
}

TEST(Names, ABlockWithoutItsEndIsLeftAlone) {
  const std::string cut = "# begin: borealis serve, /d\n1\ta\n127.0.0.1\tlocalhost\n";
  EXPECT_TRUE(WithHosts(cut, "/d", "2\tb\n").starts_with(cut));
}

}  // namespace
}  // namespace borealis::control

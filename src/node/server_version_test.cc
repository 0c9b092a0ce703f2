#include "node/server_version.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace borealis::node {
namespace {

using ::testing::HasSubstr;

constexpr char kDebian[] =
    "/usr/sbin/mariadbd  Ver 10.11.14-MariaDB-0+deb12u2 for debian-linux-gnu on x86_64 (Debian 12)";

TEST(ServerVersionTest, IsFoundInWhatServersSay) {
  EXPECT_EQ(*ParseServerVersion(kDebian), (ServerRelease{10, 11, 14}));
  EXPECT_EQ(*ParseServerVersion("10.11.4"), (ServerRelease{10, 11, 4}));
  EXPECT_EQ(*ParseServerVersion("/opt/m-11/bin/mariadbd Ver 11.4.2-MariaDB"),
            (ServerRelease{11, 4, 2}));
  for (const char* text :
       {"", "unknown", "10.11", "10.11.", "1.2", ".10.11", "99999999999.1.1", "10.-1.3"}) {
    EXPECT_FALSE(ParseServerVersion(text).ok()) << text;
  }
}

TEST(ServerVersionTest, AnyReleaseOfTheSeriesMayRunNewerOrOlder) {
  for (const char* server : {"10.11.1", "10.11.14", "10.11.99"}) {
    EXPECT_TRUE(CheckServerVersion(kDebian, server).ok()) << server;
  }
}

TEST(ServerVersionTest, AnotherSeriesIsRefusedWithWhatToDo) {
  for (const char* server : {"10.6.20", "11.4.2", "11.11.14", "10.1.14", "10.12.0"}) {
    const Status status = CheckServerVersion(kDebian, server);
    EXPECT_EQ(status.code(), Code::kUnsupported) << server;
    EXPECT_THAT(status.message(), HasSubstr("series 10.11"));
    EXPECT_THAT(status.message(), HasSubstr("borealis follow"));
  }
}

TEST(ServerVersionTest, AVolumeThatNobodyKnowsTheVersionOfTakesAny) {
  EXPECT_TRUE(CheckServerVersion("unknown", "11.4.2").ok());
  EXPECT_FALSE(CheckServerVersion(kDebian, "what is this").ok());
}

TEST(ServerVersionTest, AMixIsSaid) {
  EXPECT_EQ(DescribeMixedVersions({kDebian, "10.11.14", ""}), "");
  EXPECT_EQ(DescribeMixedVersions({}), "");
  EXPECT_THAT(DescribeMixedVersions({kDebian, "10.11.15"}), HasSubstr("10.11.14, 10.11.15"));
}

}  // namespace
}  // namespace borealis::node

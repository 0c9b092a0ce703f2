#include "control/agents/hosts_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "snapshot/testing.h"

namespace borealis::control {
namespace {

using snapshot::ReadText;
using snapshot::TempDirectory;
using snapshot::WriteText;

TEST(HostsFile, NamesWhatIsThereAndGoesWithIt) {
  const TempDirectory dir;
  const std::string path = dir / "hosts";
  WriteText(path, "127.0.0.1\tlocalhost\n");
  ASSERT_EQ(chmod(path.c_str(), 0644), 0);
  HostsFile hosts(path, "/d", "r.d", "127.0.0.1");
  Region region;
  region.instances["i"].id = "i";
  region.instances["i"].address = "127.0.0.11";
  ASSERT_TRUE(hosts.Settle(region).ok());
  EXPECT_NE(ReadText(path).find("127.0.0.11\ti.r.d\n"), std::string::npos);
  region.instances.clear();
  ASSERT_TRUE(hosts.Settle(region).ok());
  EXPECT_EQ(ReadText(path).find("127.0.0.11"), std::string::npos);
  EXPECT_NE(ReadText(path).find("127.0.0.1\tapi.r.d\n"), std::string::npos);
  ASSERT_TRUE(hosts.Remove().ok());
  EXPECT_EQ(ReadText(path), "127.0.0.1\tlocalhost\n");
  struct stat file {};
  ASSERT_EQ(stat(path.c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777, 0644U) << "everybody resolves names";
  EXPECT_FALSE(std::filesystem::exists(path + ".borealis"));
}

TEST(HostsFile, WithoutOneNothingIsDone) {
  EXPECT_TRUE(HostsFile().Settle({}).ok());
  EXPECT_FALSE(HostsFile().IsResolved());
  HostsFile none("/nonexistent/hosts", "/d", "r.d", "127.0.0.1");
  EXPECT_FALSE(none.Settle({}).ok());
  EXPECT_FALSE(none.IsResolved()) << "nobody resolves names that are nowhere";
}

}  // namespace
}  // namespace borealis::control

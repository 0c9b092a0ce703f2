#include "control/agents/log_files.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace borealis::control {
namespace {

class LogFilesTest : public testing::Test {
 protected:
  LogFilesTest() {
    Cluster cluster;
    cluster.directory = "c1";
    region_.clusters["c"] = cluster;
    instance_.id = "a";
    instance_.cluster = "c";
    node_ = std::filesystem::path(dir_) / "c1" / "nodes" / "a";
    std::filesystem::create_directories(node_);
  }
  ~LogFilesTest() override { std::filesystem::remove_all(dir_); }

  const std::string dir_ = testing::TempDir() + "log_files." + std::to_string(getpid());
  const LogFiles logs_{Places{dir_}};
  std::filesystem::path node_;
  Region region_;
  Instance instance_;
};

TEST_F(LogFilesTest, ListsAndReadsWhatIsThere) {
  std::ofstream(node_ / "mysqld.err") << "one\ntwo\n";
  const auto files = logs_.List(region_, instance_);
  ASSERT_EQ(files.size(), 1);
  EXPECT_EQ(files[0].name, "error/mysqld.err");
  EXPECT_EQ(files[0].bytes, 8);
  EXPECT_EQ(logs_.Read(region_, instance_, files[0].name, 4), "two\n");
  EXPECT_EQ(logs_.Read(region_, instance_, files[0].name, 100), "");
}

TEST_F(LogFilesTest, OpensNothingElse) {
  std::ofstream(node_ / "secret") << "secret";
  std::filesystem::create_symlink(node_ / "secret", node_ / "mysqld.err");
  EXPECT_TRUE(logs_.List(region_, instance_).empty());
  for (const char* name : {"error/mysqld.err", "secret", "../a/secret", ""}) {
    EXPECT_EQ(logs_.Read(region_, instance_, name, 0), "") << name;
  }
}

TEST(MakeUtf8, KeepsCharactersAndSizes) {
  std::string text = "a\xc3\xa4\xf0\x9f\x90\xac|\xff\xc3|\xe0\x80\x80|\xed\xa0\x80|\xc3";
  MakeUtf8(text);
  EXPECT_EQ(text, "a\xc3\xa4\xf0\x9f\x90\xac|??|???|???|?");
}

}  // namespace
}  // namespace borealis::control

#include "control/agents/limiter.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "snapshot/testing.h"

namespace borealis::control {
namespace {

// A directory in place of a cgroup: what is written is read back. tests/integration/class_limits
// asks the kernel where it may.
class LimiterTest : public testing::Test {
 protected:
  void Put(const std::string& name, const std::string& text) {
    snapshot::WriteText(temporary_ / name, text);
  }
  std::string Get(const std::string& name) const { return snapshot::ReadText(temporary_ / name); }
  const snapshot::TempDirectory temporary_;
  const std::string& dir_ = temporary_.path();
};

TEST_F(LimiterTest, AGroupHasItsClassesLimitsAndItsProcesses) {
  Put("cgroup.controllers", "cpuset cpu io memory pids\n");
  const auto limiter = Limiter::Open(dir_);
  ASSERT_TRUE(limiter.ok()) << limiter.status().message();
  EXPECT_EQ(Get("cgroup.subtree_control"), "+cpu +memory");
  ASSERT_TRUE(limiter->Provide("db-A", {200'000, 100'000, 1 << 30}).ok());
  ASSERT_TRUE(limiter->Provide("db-A", {400'000, 100'000, 1 << 30}).ok()) << "another class";
  ASSERT_TRUE(limiter->Add("db-A", 4711).ok());
  EXPECT_EQ(Get("db-A/cpu.max"), "400000 100000");
  EXPECT_EQ(Get("db-A/memory.max"), "1073741824");
  EXPECT_EQ(Get("db-A/cgroup.procs"), "4711");
}

TEST_F(LimiterTest, WhoWasEndedForWantOfMemoryIsCounted) {
  Put("cgroup.controllers", "cpu memory\n");
  const auto limiter = Limiter::Open(dir_);
  ASSERT_TRUE(limiter.ok());
  EXPECT_EQ(limiter->MemoryKills("db-A"), 0) << "there is no such group";
  ASSERT_TRUE(limiter->Provide("db-A", {1, 1, 1}).ok());
  Put("db-A/memory.events", "low 0\nhigh 5\nmax 9\noom 3\noom_kill 2\noom_group_kill 1\n");
  EXPECT_EQ(limiter->MemoryKills("db-A"), 2);
}

TEST_F(LimiterTest, WhatLacksSomethingIsRefusedWithTheReason) {
  EXPECT_EQ(Limiter::Open(dir_).status().message(), dir_ + " is no cgroup of version 2");
  Put("cgroup.controllers", "cpuset hugetlb memory\n");
  EXPECT_EQ(Limiter::Open(dir_).status().message(),
            dir_ + " has no controller \"cpu\", only \"cpuset hugetlb memory\"");
}

TEST_F(LimiterTest, GroupsOfInstancesThatAreGoneGo) {
  Put("cgroup.controllers", "cpu memory\n");
  const auto limiter = Limiter::Open(dir_);
  ASSERT_TRUE(limiter.ok());
  for (const char* name : {"db-A", "db-B", "other"}) {
    std::filesystem::create_directory(dir_ + "/" + name);
  }
  Region region;
  region.instances["a"].resource_id = "db-A";
  limiter->Clean(region);
  EXPECT_TRUE(std::filesystem::exists(dir_ + "/db-A"));
  EXPECT_FALSE(std::filesystem::exists(dir_ + "/db-B"));
  EXPECT_TRUE(std::filesystem::exists(dir_ + "/other"));
}

TEST(Limiter, WithoutADirectoryLimitsNothing) {
  const Limiter limiter;
  EXPECT_TRUE(limiter.Provide("db-A", {}).ok());
  EXPECT_TRUE(limiter.Add("db-A", 1).ok());
  EXPECT_EQ(limiter.MemoryKills("db-A"), 0);
}

}  // namespace
}  // namespace borealis::control

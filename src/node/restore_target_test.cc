#include "node/restore_target.h"

#include <gtest/gtest.h>

#include <csignal>
#include <thread>

#include "node/process.h"
#include "node/server_process.h"
#include "node/volume.h"
#include "snapshot/testing.h"
#include "storage/local/local_backend.h"

namespace borealis::node {
namespace {

using snapshot::MakeDirectory;
using snapshot::PathExists;
using snapshot::WriteText;
using storage::LocalBackend;

class RestoreTargetTest : public ::testing::Test {
 protected:
  // As far as a restore comes before the volume is shown.
  void Build() {
    CHECK_OK(MakeDirectory(target_));
    CHECK_OK(MakeDirectory(RestoringLayout(target_).root));
    WriteText(RestoringLayout(target_).lock(), "");
    CHECK_OK(MakeDirectory(RestoringLayout(target_).data()));
    WriteText(RestoringLayout(target_).data() + "/ibdata1", "x");
    CHECK_OK(LocalBackend::Create(RestoringVolume(target_)));
    const auto volume = AttachVolume(RestoringVolume(target_));
    CHECK_OK(volume);
    CHECK_OK((*volume)->PutHint("mark", AsBytes("here")));
  }

  const snapshot::TempDirectory directory_;
  const std::string target_ = directory_ / "new";
};

TEST_F(RestoreTargetTest, MayBeNewOrEmpty) {
  EXPECT_TRUE(CheckRestoreTarget(target_).ok());
  CHECK_OK(MakeDirectory(target_));
  EXPECT_TRUE(CheckRestoreTarget(target_).ok());
}

TEST_F(RestoreTargetTest, IsNoVolumeAndHoldsNothingOfOthers) {
  CHECK_OK(LocalBackend::Create(target_));
  EXPECT_EQ(CheckRestoreTarget(target_).code(), Code::kAlreadyExists);
  CHECK_OK(MakeDirectory(directory_ / "used"));
  WriteText(directory_ / "used/segments", "somebody's");
  EXPECT_EQ(CheckRestoreTarget(directory_ / "used").code(), Code::kAlreadyExists);
}

// It holds no lock that would tell, and goes on writing.
TEST_F(RestoreTargetTest, WhatAKilledOneStartedEndsBeforeItsFilesGo) {
  Build();
  const auto left = Spawn({.argv = {"/bin/sh", "-c", "while :; do sleep 0.1; done", "sh",
                                    "--datadir=" + RestoringLayout(target_).data()},
                           .output_path = directory_ / "out"});
  ASSERT_TRUE(left.ok()) << left.status().ToString();
  // Its starter goes on a moment before its words can be read.
  while (!WorksOn(RestoringLayout(target_), left->id.pid)) std::this_thread::yield();
  const auto claimed = ClaimRestoreTarget(target_);
  ASSERT_TRUE(claimed.ok()) << claimed.status().ToString();
  EXPECT_TRUE(WaitForEnd(left->pidfd, 0));
  (void)SendSignal(left->pidfd, SIGKILL);  // where the claim failed
  Reap(left->id);
}

TEST_F(RestoreTargetTest, IsNoVolumeBeforeItIsShown) {
  Build();
  EXPECT_FALSE(LocalBackend::IsVolume(target_));
  EXPECT_EQ(LocalBackend::Create(target_).code(), Code::kAlreadyExists);
  CHECK_OK(ShowRestoredVolume(target_));
  const auto volume = AttachVolume(target_);
  ASSERT_TRUE(volume.ok()) << volume.status().ToString();
  const auto hints = (*volume)->ListHints("mark");
  ASSERT_TRUE(hints.ok());
  EXPECT_EQ(hints->size(), 1u);
  EXPECT_FALSE(PathExists(RestoringLayout(target_).root));
}

TEST_F(RestoreTargetTest, AnInterruptedOneIsClearedAndMadeAnew) {
  Build();
  // Killed in the middle of the moves.
  ASSERT_EQ(
      rename((RestoringVolume(target_) + "/segments").c_str(), (target_ + "/segments").c_str()), 0);
  EXPECT_FALSE(LocalBackend::IsVolume(target_));
  EXPECT_TRUE(CheckRestoreTarget(target_).ok());
  CHECK_OK(ClearRestoreTarget(target_));
  EXPECT_EQ(*snapshot::ListDirectory(target_), std::vector<std::string>{kRestoringDirectory});
  EXPECT_EQ(*snapshot::ListDirectory(RestoringLayout(target_).root),
            std::vector<std::string>{"lock"});
  // Killed when all but the last name was there.
  CHECK_OK(snapshot::RemoveTree(RestoringLayout(target_).root));
  WriteText(target_ + "/.layout", "");
  EXPECT_TRUE(CheckRestoreTarget(target_).ok());
  CHECK_OK(MakeDirectory(RestoringLayout(target_).root));
  CHECK_OK(ClearRestoreTarget(target_));
  EXPECT_EQ(snapshot::ListDirectory(target_)->size(), 1u);
  // A file of somebody else's beside it is not ours to remove.
  WriteText(target_ + "/notes", "x");
  EXPECT_EQ(CheckRestoreTarget(target_).code(), Code::kAlreadyExists);
}

TEST_F(RestoreTargetTest, AFailedOneLeavesNothing) {
  Build();
  AbandonRestoreTarget(target_);
  EXPECT_FALSE(PathExists(target_));
}

}  // namespace
}  // namespace borealis::node

#include "node/restore_target.h"

#include <gtest/gtest.h>

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

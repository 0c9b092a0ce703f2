// What is the memory backend's own; the contract is tested by the conformance suite.
#include "storage/memory/memory_volume.h"

#include <gtest/gtest.h>

#include "storage/memory/memory_backend.h"

namespace borealis::storage {
namespace {

constexpr SegmentRef kSegment = {{1}, {1}};

AppendResult AppendText(Backend& backend, std::string_view text) {
  return backend.Append(kSegment, [&](const AppendPlace&) { return AsBytes(text); });
}

TEST(MemoryVolumeTest, CrashedProcessIsUnavailableAndItsBytesStay) {
  const auto volume = MemoryVolume::Create({});
  const auto a = volume->Attach();
  ASSERT_TRUE(a->EndRecovery().ok());
  const auto b = volume->Attach();
  ASSERT_TRUE(a->CreateSegment(kSegment).ok());
  ASSERT_EQ(AppendText(*a, "kept").outcome, AppendOutcome::kOk);
  a->Crash();
  EXPECT_EQ(AppendText(*a, "never").status.code(), Code::kUnavailable);
  EXPECT_EQ(a->ReadRegister("r").status().code(), Code::kUnavailable);
  const Result<Bytes> bytes = b->Read(kSegment, 0, 100);
  ASSERT_TRUE(bytes.ok());
  EXPECT_EQ(AsText(*bytes), "kept");
}

TEST(MemoryVolumeTest, TryAttachDuringRecoveryIsUnavailable) {
  const auto volume = MemoryVolume::Create({});
  auto a = volume->Attach();
  EXPECT_EQ(volume->TryAttach().status().code(), Code::kUnavailable);
  a->Crash();  // and takes the recovery lock with it
  const auto b = volume->TryAttach();
  ASSERT_TRUE(b.ok());
  EXPECT_TRUE((*b)->NeedsRecovery());
}

TEST(MemoryVolumeTest, CrashAllMakesTheNextOneRecover) {
  const auto volume = MemoryVolume::Create({});
  const auto a = volume->Attach();
  ASSERT_TRUE(a->EndRecovery().ok());
  const auto b = volume->Attach();
  EXPECT_FALSE(b->NeedsRecovery());
  volume->CrashAll();
  EXPECT_FALSE(a->alive());
  EXPECT_FALSE(b->alive());
  EXPECT_TRUE(volume->Attach()->NeedsRecovery());
}

TEST(MemoryVolumeTest, LostEndsAreGivenBackByASealWithASize) {
  const auto volume = MemoryVolume::Create({.full_crash_loses_ends = true});
  auto a = volume->Attach();
  ASSERT_TRUE(a->CreateSegment(kSegment).ok());
  ASSERT_EQ(AppendText(*a, "validated|torn").outcome, AppendOutcome::kOk);
  a.reset();
  a = volume->Attach();
  const Result<SegmentState> state = a->State(kSegment);
  ASSERT_TRUE(state.ok());
  EXPECT_EQ(state->durable_end, 0u);
  EXPECT_FALSE(state->sealed);
  EXPECT_TRUE(state->must_seal);
  EXPECT_EQ(AppendText(*a, "x").status.code(), Code::kSealed);
  EXPECT_EQ(a->Seal(kSegment, nullptr).status().code(), Code::kInvalidArgument);
  const uint64_t cut = 9;
  ASSERT_TRUE(a->Seal(kSegment, &cut).ok());
  const Result<Bytes> bytes = a->Read(kSegment, 0, 100);
  ASSERT_TRUE(bytes.ok());
  EXPECT_EQ(AsText(*bytes), "validated");
}

TEST(MemoryVolumeTest, SealsOutliveAFullCrashUnlessToldOtherwise) {
  for (const bool lost : {false, true}) {
    MemoryOptions options;
    options.full_crash_loses_ends = true;
    options.full_crash_loses_seal = [lost] { return lost; };
    const auto volume = MemoryVolume::Create(options);
    auto a = volume->Attach();
    ASSERT_TRUE(a->CreateSegment(kSegment).ok());
    ASSERT_EQ(AppendText(*a, "final").outcome, AppendOutcome::kOk);
    ASSERT_TRUE(a->Seal(kSegment, nullptr).ok());
    a.reset();
    a = volume->Attach();
    const Result<SegmentState> state = a->State(kSegment);
    ASSERT_TRUE(state.ok());
    EXPECT_EQ(state->sealed, !lost);
    EXPECT_EQ(state->must_seal, lost);
    EXPECT_EQ(state->durable_end, lost ? 0u : 5u);
  }
}

TEST(MemoryVolumeTest, WaitsReturnAtOnceForSingleThreadedUse) {
  const auto volume = MemoryVolume::Create({.waits_block = false});
  const auto a = volume->Attach();
  ASSERT_TRUE(a->CreateSegment(kSegment).ok());
  EXPECT_EQ(a->WaitForData(kSegment, 0, INT64_MAX).code(), Code::kTimeout);
}

TEST(MemoryVolumeTest, FloatingAppendsDoNotTellTheirPlace) {
  const auto volume = MemoryVolume::Create({.traits = kFloatingTraits});
  const auto a = volume->Attach();
  ASSERT_TRUE(a->CreateSegment(kSegment).ok());
  uint64_t place = 0;
  const AppendResult result = a->Append(kSegment, [&](const AppendPlace& given) {
    place = given.offset;
    return AsBytes("x");
  });
  EXPECT_EQ(result.outcome, AppendOutcome::kOk);
  EXPECT_EQ(result.offset, 0u);
  EXPECT_EQ(place, AppendPlace::kFloating);
}

}  // namespace
}  // namespace borealis::storage

// Looking at a volume from outside: in use, at rest, damaged.
#include "storage/local/inspector.h"

#include <gtest/gtest.h>

#include <fstream>

#include "storage/local/testing.h"

namespace borealis::storage::local {
namespace {

constexpr SegmentRef kFirst = {{1}, {1}};
constexpr SegmentRef kSecond = {{2}, {2}};

class InspectorTest : public ::testing::Test {
 protected:
  InspectorTest() {
    CHECK_OK(LocalBackend::Create(Volume(), TestOptions()));
    backend_ = AttachOrDie(Volume(), TestOptions());
    CHECK_OK(backend_->CreateSegment(kFirst));
    CHECK(Append("sealed", kFirst));
    CHECK_OK(backend_->Seal(kFirst));
    CHECK_OK(backend_->CreateSegment(kSecond));
    CHECK(Append("open", kSecond));
    CHECK_OK(backend_->SwapRegister("identity", 0, AsBytes("me")));
    CHECK_OK(backend_->PutHint("beat", AsBytes("now")));
  }
  bool Append(std::string_view text, const SegmentRef& segment) {
    return backend_->Append(segment, [&](const AppendPlace&) { return AsBytes(text); }).outcome ==
           AppendOutcome::kOk;
  }
  std::string Volume() const { return directory_.Volume(); }
  std::unique_ptr<Backend> Inspect() {
    Result<std::unique_ptr<Backend>> inspector = LocalBackend::OpenReadOnly(Volume());
    CHECK_OK(inspector);
    return std::move(*inspector);
  }
  // Every file with its size, mode and time of change.
  std::string Picture() const {
    std::string picture;
    for (const auto& file : std::filesystem::recursive_directory_iterator(Volume())) {
      struct stat info {};
      CHECK(::stat(file.path().c_str(), &info) == 0);
      picture += fmt::format("{} {} {:o} {}.{}\n", file.path().string(), info.st_size, info.st_mode,
                             info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
    }
    return picture;
  }

  TestDirectory directory_;
  std::unique_ptr<LocalBackend> backend_;
};

TEST_F(InspectorTest, SeesAVolumeInUseAsItsUsersDo) {
  const auto inspector = Inspect();
  EXPECT_EQ(inspector->ListSegments()->size(), 2u);
  EXPECT_TRUE(inspector->State(kFirst)->sealed);
  EXPECT_EQ(AsText(*inspector->Read(kFirst, 0, 100)), "sealed");
  const Result<SegmentState> open = inspector->State(kSecond);
  ASSERT_TRUE(open.ok());
  EXPECT_EQ(open->durable_end, 4u);
  EXPECT_FALSE(open->sealed);
  EXPECT_EQ(AsText(*inspector->Read(kSecond, 0, 100)), "open");
  EXPECT_EQ(AsText(inspector->ReadRegister("identity")->value), "me");
  EXPECT_EQ(inspector->ReadRegister("absent")->version, 0u);
  EXPECT_EQ(inspector->ListHints("")->size(), 1u);
  ASSERT_TRUE(Append("!", kSecond));
  EXPECT_EQ(AsText(*inspector->Read(kSecond, 0, 100)), "open!");
  EXPECT_EQ(inspector->State({{2}, {3}}).status().code(), Code::kFenced);
  EXPECT_EQ(inspector->State({{9}, {9}}).status().code(), Code::kNotFound);
}

TEST_F(InspectorTest, KnowsNoDurableEndOfAnOpenSegmentAtRestButShowsItsBytes) {
  backend_.reset();
  const auto inspector = Inspect();
  EXPECT_EQ(AsText(*inspector->Read(kFirst, 0, 100)), "sealed");
  const Result<SegmentState> open = inspector->State(kSecond);
  ASSERT_TRUE(open.ok());
  EXPECT_EQ(open->durable_end, 0u);
  EXPECT_EQ(AsText(*inspector->ReadRaw(kSecond, 0, 4)), "open");
}

TEST_F(InspectorTest, ChangesNothingAndHoldsNobodyUp) {
  backend_.reset();
  const std::string before = Picture();
  const auto inspector = Inspect();
  EXPECT_TRUE(inspector->State(kSecond).ok());
  EXPECT_TRUE(inspector->ReadRaw(kSecond, 0, 100).ok());
  EXPECT_TRUE(inspector->ReadRegister("identity").ok());
  EXPECT_EQ(inspector->WaitForData(kSecond, 100, INT64_MAX).code(), Code::kTimeout);
  EXPECT_EQ(Picture(), before);
  const auto recoverer = OpenOrDie(Volume(), TestOptions());  // holds the gate
  EXPECT_TRUE(recoverer->NeedsRecovery());
  EXPECT_EQ(AsText(Inspect()->ReadRegister("identity")->value), "me");
}

TEST_F(InspectorTest, RefusesToChangeAnything) {
  const auto inspector = Inspect();
  EXPECT_EQ(inspector->CreateSegment({{5}, {5}}).code(), Code::kUnsupported);
  EXPECT_EQ(inspector->DeleteSegment({1}).code(), Code::kUnsupported);
  EXPECT_EQ(inspector->Seal(kSecond).status().code(), Code::kUnsupported);
  EXPECT_EQ(inspector->SwapRegister("identity", 1, AsBytes("x")).status().code(),
            Code::kUnsupported);
  const AppendResult append =
      inspector->Append(kSecond, [](const AppendPlace&) { return AsBytes("x"); });
  EXPECT_EQ(append.outcome, AppendOutcome::kNotAppended);
  EXPECT_EQ(append.status.code(), Code::kUnsupported);
}

TEST_F(InspectorTest, WorksOnADamagedVolume) {
  backend_.reset();
  std::ofstream(Volume() + "/shm") << "garbage";
  std::ofstream(Volume() + "/registers/identity") << "garbage";
  std::filesystem::remove(Volume() + "/lock");
  const auto inspector = Inspect();
  EXPECT_EQ(inspector->State(kSecond)->durable_end, 0u);
  EXPECT_EQ(AsText(*inspector->Read(kFirst, 0, 100)), "sealed");
  EXPECT_EQ(inspector->ReadRegister("identity").status().code(), Code::kCorruption);
}

}  // namespace
}  // namespace borealis::storage::local

// Blobs: visible whole or not at all.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/conformance/backend_conformance.h"

namespace borealis::storage {

using namespace conformance;  // NOLINT(google-build-using-namespace): its tests
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

namespace {

std::vector<std::string> BlobNames(Backend& backend, std::string_view prefix = "") {
  const Result<std::vector<std::string>> names = backend.ListBlobs(prefix);
  EXPECT_TRUE(names.ok()) << names.status().ToString();
  return names.ok() ? *names : std::vector<std::string>{"(error)"};
}

std::string ReadBlob(Backend& backend, std::string_view name) {
  const auto reader = backend.OpenBlob(name);
  EXPECT_TRUE(reader.ok()) << reader.status().ToString();
  if (!reader.ok()) {
    return "(error)";
  }
  const Result<Bytes> bytes = (*reader)->Read(0, (*reader)->size());
  EXPECT_TRUE(bytes.ok()) << bytes.status().ToString();
  return bytes.ok() ? std::string(AsText(*bytes)) : "(error)";
}

size_t Swept(Backend& backend) {
  const Result<size_t> count = backend.SweepBlobs();
  EXPECT_TRUE(count.ok()) << count.status().ToString();
  return count.ok() ? *count : SIZE_MAX;
}

}  // namespace

TEST_P(BackendConformanceTest, BlobIsInvisibleUntilItsCommit) {
  const auto b = Attach();
  auto writer = a_->CreateBlob("snapshot.1");
  ASSERT_TRUE(writer.ok());
  ASSERT_TRUE((*writer)->Write(AsBytes("part one, ")).ok());
  ASSERT_TRUE((*writer)->Write(AsBytes("part two")).ok());
  for (Backend* process : {a_.get(), b.get()}) {
    EXPECT_THAT(BlobNames(*process), IsEmpty());
    EXPECT_EQ(process->OpenBlob("snapshot.1").status().code(), Code::kNotFound);
  }
  ASSERT_TRUE((*writer)->Commit().ok());
  for (Backend* process : {a_.get(), b.get()}) {
    EXPECT_THAT(BlobNames(*process), ElementsAre("snapshot.1"));
    EXPECT_EQ(ReadBlob(*process, "snapshot.1"), "part one, part two");
  }
  writer->reset();
  EXPECT_EQ(ReadBlob(*b, "snapshot.1"), "part one, part two");
  EXPECT_EQ(Swept(*b), 0u);
}

TEST_P(BackendConformanceTest, AbandonedBlobLeavesNothing) {
  {
    auto writer = a_->CreateBlob("b");
    ASSERT_TRUE(writer.ok());
    ASSERT_TRUE((*writer)->Write(Bytes(100'000)).ok());
  }
  EXPECT_THAT(BlobNames(*a_), IsEmpty());
  EXPECT_EQ(a_->OpenBlob("b").status().code(), Code::kNotFound);
  EXPECT_EQ(Swept(*a_), 0u);
  EXPECT_TRUE(PutBlob(*a_, "b", AsBytes("second try")).ok());
  EXPECT_EQ(ReadBlob(*a_, "b"), "second try");
}

TEST_P(BackendConformanceTest, CrashedWriterLeavesNothingVisibleAndSweepRemovesIt) {
  ASSERT_TRUE(PutBlob(*a_, "kept", AsBytes("kept")).ok());
  if (!volume_->RunAndCrash(CrashPoint::kBetweenCalls, [](Dying& dying) {
        auto writer = dying.backend.CreateBlob("unfinished");
        CHECK_OK(writer);
        CHECK_OK((*writer)->Write(Bytes(10'000)));
        dying.open_writers.push_back(std::move(*writer));
      })) {
    GTEST_SKIP() << "deaths between calls are not simulated";
  }
  EXPECT_THAT(BlobNames(*a_), ElementsAre("kept"));
  EXPECT_EQ(a_->OpenBlob("unfinished").status().code(), Code::kNotFound);
  EXPECT_EQ(Swept(*a_), 1u);
  EXPECT_EQ(Swept(*a_), 0u);
  EXPECT_EQ(ReadBlob(*a_, "kept"), "kept");
  EXPECT_TRUE(PutBlob(*a_, "unfinished", AsBytes("now whole")).ok());
}

TEST_P(BackendConformanceTest, CommitOverAnExistingBlobIsRefused) {
  auto late = a_->CreateBlob("b");
  ASSERT_TRUE(late.ok());
  ASSERT_TRUE((*late)->Write(AsBytes("late")).ok());
  ASSERT_TRUE(PutBlob(*a_, "b", AsBytes("first")).ok());
  EXPECT_EQ((*late)->Commit().code(), Code::kAlreadyExists);
  late->reset();
  EXPECT_EQ(PutBlob(*a_, "b", AsBytes("again")).code(), Code::kAlreadyExists);
  EXPECT_EQ(ReadBlob(*a_, "b"), "first");
  EXPECT_EQ(Swept(*a_), 0u);
}

TEST_P(BackendConformanceTest, BlobReadsAreExactOrRefused) {
  std::string text;
  for (int i = 0; i < 30'000; ++i) {
    text += std::to_string(i);
  }
  {
    auto writer = a_->CreateBlob("b");
    ASSERT_TRUE(writer.ok());
    for (size_t at = 0; at < text.size(); at += 7001) {
      ASSERT_TRUE((*writer)->Write(AsBytes(std::string_view(text).substr(at, 7001))).ok());
    }
    ASSERT_TRUE((*writer)->Commit().ok());
  }
  const auto b = Attach();
  const auto reader = b->OpenBlob("b");
  ASSERT_TRUE(reader.ok());
  const uint64_t size = (*reader)->size();
  ASSERT_EQ(size, text.size());
  const auto read = [&](uint64_t offset, size_t length) {
    const Result<Bytes> bytes = (*reader)->Read(offset, length);
    EXPECT_TRUE(bytes.ok()) << bytes.status().ToString();
    return bytes.ok() ? std::string(AsText(*bytes)) : "(error)";
  };
  EXPECT_EQ(read(0, size), text);
  EXPECT_EQ(read(4095, 4099), text.substr(4095, 4099));
  EXPECT_EQ(read(size - 1, 1), text.substr(size - 1));
  EXPECT_EQ(read(size, 0), "");
  EXPECT_EQ((*reader)->Read(size, 1).status().code(), Code::kInvalidArgument);
  EXPECT_EQ((*reader)->Read(0, size + 1).status().code(), Code::kInvalidArgument);
  EXPECT_EQ((*reader)->Read(UINT64_MAX, 2).status().code(), Code::kInvalidArgument);
}

TEST_P(BackendConformanceTest, EmptyBlobIsABlob) {
  auto writer = a_->CreateBlob("empty");
  ASSERT_TRUE(writer.ok());
  ASSERT_TRUE((*writer)->Commit().ok());
  EXPECT_EQ(ReadBlob(*a_, "empty"), "");
}

TEST_P(BackendConformanceTest, DeletedBlobIsGoneAndItsNameIsFree) {
  const auto b = Attach();
  ASSERT_TRUE(PutBlob(*a_, "b", AsBytes("one")).ok());
  ASSERT_TRUE(b->DeleteBlob("b").ok());
  EXPECT_TRUE(b->DeleteBlob("b").ok());
  EXPECT_THAT(BlobNames(*a_), IsEmpty());
  EXPECT_EQ(a_->OpenBlob("b").status().code(), Code::kNotFound);
  ASSERT_TRUE(PutBlob(*a_, "b", AsBytes("two")).ok());
  EXPECT_EQ(ReadBlob(*b, "b"), "two");
}

TEST_P(BackendConformanceTest, ListBlobsGivesThoseWithThePrefix) {
  for (const char* name : {"s.1", "s.2", "s", "t.1"}) {
    ASSERT_TRUE(PutBlob(*a_, name, AsBytes(name)).ok());
  }
  EXPECT_THAT(BlobNames(*Attach(), "s"), UnorderedElementsAre("s", "s.1", "s.2"));
  EXPECT_THAT(BlobNames(*a_, "s."), UnorderedElementsAre("s.1", "s.2"));
  EXPECT_THAT(BlobNames(*a_, "u"), IsEmpty());
}

TEST_P(BackendConformanceTest, BlobsOutliveAllProcesses) {
  ASSERT_TRUE(PutBlob(*a_, "b", AsBytes("content")).ok());
  a_.reset();
  a_ = Attach();
  EXPECT_EQ(ReadBlob(*a_, "b"), "content");
  EXPECT_EQ(Swept(*a_), 0u);
}

TEST_P(BackendConformanceTest, BlobNamesAreValidated) {
  for (const std::string& name :
       {std::string(), std::string("A"), std::string("a/b"), std::string("a b"),
        std::string("a\0b", 3), std::string(129, 'a')}) {
    EXPECT_EQ(a_->CreateBlob(name).status().code(), Code::kInvalidArgument) << name;
    EXPECT_EQ(a_->OpenBlob(name).status().code(), Code::kInvalidArgument) << name;
    EXPECT_EQ(a_->DeleteBlob(name).code(), Code::kInvalidArgument) << name;
  }
  const std::vector<std::string> odd = {".",   "..", ".hidden", "-rf",
                                        "tmp", "_",  "a.tmp",   std::string(128, 'z')};
  for (const std::string& name : odd) {
    EXPECT_TRUE(PutBlob(*a_, name, AsBytes(name)).ok()) << name;
  }
  for (const std::string& name : odd) {
    EXPECT_EQ(ReadBlob(*a_, name), name);
  }
  EXPECT_THAT(BlobNames(*a_), ::testing::UnorderedElementsAreArray(odd));
  EXPECT_EQ(Swept(*a_), 0u);
}

}  // namespace borealis::storage

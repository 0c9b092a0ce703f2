// The log of an encrypted volume, over the memory backend.
#include <gtest/gtest.h>

#include "log/encrypted_volume_testing.h"
#include "log/inspect.h"
#include "log/segment_scan.h"
#include "log/testing.h"

namespace borealis::log {
namespace {

using storage::AppendOutcome;
using testing::AppendOne;
using testing::EncryptedVolume;
using testing::ReadAll;
using testing::TextRecord;
using testing::Texts;

constexpr std::string_view kMarker = "a row that nobody may see";

class LogEncryptionTest : public ::testing::Test {
 protected:
  LogEncryptionTest() { CHECK_OK(Log::Create(*volume_.backend, volume_.identity, volume_.clock)); }

  std::unique_ptr<Log> Open(encryption::KeyRing* keys) {
    Options options = testing::kSmallOptions;
    options.keys = keys;
    auto log = Log::Open(*volume_.backend, options, volume_.clock);
    CHECK_OK(log);
    return std::move(*log);
  }
  // Small ones, one in chunks, one with its keys in chunks.
  void Fill(Log& log) {
    for (uint64_t i = 1; i <= 20; ++i) {
      ASSERT_EQ(AppendOne(log, TextRecord(std::string(kMarker) + std::to_string(i), i)).outcome,
                AppendOutcome::kOk);
    }
    std::string large;
    while (large.size() < 30'000) large += kMarker;
    ASSERT_EQ(AppendOne(log, TextRecord(large, 21)).outcome, AppendOutcome::kOk);
    Record keyed = TextRecord("many keys", 22);
    for (uint64_t i = 0; i < 4000; ++i) keyed.keys.push_back({i, KeyType::kUpdate});
    ASSERT_EQ(AppendOne(log, keyed).outcome, AppendOutcome::kOk);
  }
  bool MarkerIsOnTheMedium(storage::Backend& backend, Log& log) {
    const auto chain = log.ReadChain();
    CHECK_OK(chain);
    for (const ChainEntry& entry : chain->entries) {
      const auto bytes = ReadMedium(backend, entry.segment);
      CHECK_OK(bytes);
      if (AsText(*bytes).find(kMarker) != std::string_view::npos) return true;
    }
    return false;
  }

  EncryptedVolume volume_;
};

TEST_F(LogEncryptionTest, WhatIsAppendedIsReadAndNotFoundOnTheMedium) {
  const auto log = Open(volume_.keys.get());
  Fill(*log);
  const auto entries = ReadAll(*log);
  ASSERT_TRUE(entries.ok()) << entries.status().ToString();
  ASSERT_EQ(entries->size(), 22u);
  EXPECT_EQ(Texts(*entries)[0], std::string(kMarker) + "1");
  EXPECT_EQ(entries->at(20).record.payload.size() / kMarker.size(), 1200u);
  EXPECT_EQ(entries->at(21).record.keys.size(), 4001u);
  EXPECT_GT(log->ReadChain()->entries.size(), 2u);
  EXPECT_FALSE(MarkerIsOnTheMedium(*volume_.backend, *log));
  // The same search finds it where nothing is encrypted.
  testing::MemoryCluster plain;
  Fill(plain.log());
  EXPECT_TRUE(MarkerIsOnTheMedium(plain.backend(), plain.log()));
}

TEST_F(LogEncryptionTest, WithoutTheKeyTheLogCanBeCheckedRolledAndTrimmedButNotReadOrWritten) {
  Fill(*Open(volume_.keys.get()));
  const auto log = Open(nullptr);
  EXPECT_EQ(AppendOne(*log, TextRecord("x", 1)).status.code(), Code::kInvalidArgument);
  EXPECT_EQ(log->NewReaderAfter(Seqno::Zero()).status().code(), Code::kInvalidArgument);
  EXPECT_TRUE(log->WriteIdleMarker().ok());
  EXPECT_TRUE(log->WriteIdleMarker().ok());
  auto report = InspectLog(*volume_.backend, {});
  ASSERT_TRUE(report.ok() && report->damage.ok()) << report->damage.ToString();
  EXPECT_EQ(report->last, Seqno{22});
  const auto end = log->DurableEnd();
  ASSERT_TRUE(end.ok());
  const auto freed = log->Trim(*end);
  ASSERT_TRUE(freed.ok());
  EXPECT_GT(*freed, 0u);
  EXPECT_EQ(AppendOne(*Open(volume_.keys.get()), TextRecord("on", 23)).outcome, AppendOutcome::kOk);
  report = InspectLog(*volume_.backend, {}, volume_.keys.get());
  ASSERT_TRUE(report.ok() && report->damage.ok()) << report->damage.ToString();
  EXPECT_EQ(report->last, Seqno{23});
}

TEST_F(LogEncryptionTest, ANewDataKeyHoldsFromTheNextSegmentOnAndAllIsRead) {
  const auto other = volume_.OpenKeys();
  const auto reader = Open(other.get());
  const auto log = Open(volume_.keys.get());
  Fill(*log);
  encryption::testing::BeginDataKey(*volume_.backend, volume_.identity.volume);
  EXPECT_EQ(volume_.keys->Newest().number, 1u);
  Fill(*log);
  EXPECT_EQ(volume_.keys->Newest().number, 2u);
  Fill(*log);
  EXPECT_EQ(other->Newest().number, 1u);
  const auto entries = ReadAll(*reader);  // finds the key that it did not know
  ASSERT_TRUE(entries.ok()) << entries.status().ToString();
  EXPECT_EQ(entries->size(), 66u);
  EXPECT_EQ(other->Newest().number, 2u);
}

TEST_F(LogEncryptionTest, ACrashIsRecoveredFromWithoutTheKey) {
  Fill(*Open(volume_.keys.get()));
  volume_.keys = nullptr;
  volume_.backend = nullptr;
  volume_.backend = volume_.volume->Attach();
  ASSERT_TRUE(volume_.backend->NeedsRecovery());
  EXPECT_TRUE(Open(nullptr)->recovered());
  const auto keys = volume_.OpenKeys();
  EXPECT_EQ(ReadAll(*Open(keys.get()))->size(), 22u);
}

TEST_F(LogEncryptionTest, OlderSoftwareRefusesTheVolume) {
  // What it does with any format version above its own; see registers_test.
  EXPECT_GT(volume_.identity.format_version, kPlainFormat);
  EXPECT_FALSE(testing::TestIdentity().encrypted());
}

}  // namespace
}  // namespace borealis::log

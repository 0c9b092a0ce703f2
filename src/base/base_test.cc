// Claims of the base room: codecs refuse what is not there, CHECK dies, UUID text round-trips.
#include <gtest/gtest.h>

#include "base/background.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/codec.h"
#include "base/log.h"
#include "base/status.h"
#include "base/uuid.h"

namespace borealis {
namespace {

TEST(CodecTest, IntegersAndTextRoundTrip) {
  Bytes bytes;
  Encoder encoder(bytes);
  encoder.Int<uint16_t>(0xbeef);
  encoder.Text("volume");
  encoder.Int<int64_t>(-7);
  Decoder decoder(bytes);
  EXPECT_EQ(decoder.Int<uint16_t>(), 0xbeef);
  EXPECT_EQ(decoder.Text(), "volume");
  EXPECT_EQ(decoder.Int<int64_t>(), -7);
  EXPECT_TRUE(decoder.done());
}

TEST(CodecTest, FailureSticksAndReadsNothing) {
  Bytes bytes(6);
  Decoder decoder(bytes);
  EXPECT_EQ(decoder.Int<uint64_t>(), 0u);
  EXPECT_FALSE(decoder.ok());
  EXPECT_EQ(decoder.Int<uint8_t>(), 0);
  EXPECT_FALSE(decoder.done());
}

TEST(CodecTest, CountLargerThanInputIsRefused) {
  Bytes bytes;
  Encoder(bytes).Int<uint32_t>(1'000'000);
  Decoder decoder(bytes);
  EXPECT_EQ(decoder.Count<uint32_t>(8), 0u);
  EXPECT_FALSE(decoder.ok());
}

TEST(HashTest, SeedChangesTheHash) {
  const ByteView data = AsBytes("write-set");
  EXPECT_NE(Hash64(data, 1), Hash64(data, 2));
  EXPECT_EQ(Hash64(data, 1), Hash64(data, 1));
}

TEST(UuidTest, TextRoundTripsAndBadTextIsRefused) {
  const Uuid uuid = Uuid::Random();
  EXPECT_EQ(Uuid::Parse(uuid.ToString()), uuid);
  EXPECT_FALSE(Uuid::Parse("not-a-uuid").has_value());
  EXPECT_FALSE(Uuid::Parse("6ba7b810+9dad-11d1-80b4-00c04fd430c8").has_value());
  EXPECT_FALSE(Uuid::Parse("6ba7b81g-9dad-11d1-80b4-00c04fd430c8").has_value());
}

TEST(StatusTest, ContextGoesInFront) {
  const Status status(Code::kNoSpace, "disk full");
  EXPECT_EQ(status.WithContext("append").ToString(), "no-space: append: disk full");
}

Result<int> Half(int n) {
  if (n % 2 != 0) return Status(Code::kInvalidArgument, "odd");
  return n / 2;
}

Result<int> Quarter(int n) {
  ASSIGN_OR_RETURN(const int half, Half(n));
  return Half(half);
}

TEST(StatusTest, AssignOrReturnPassesValuesAndFailures) {
  EXPECT_EQ(*Quarter(8), 2);
  EXPECT_EQ(Quarter(6).status().code(), Code::kInvalidArgument);
}

TEST(CheckDeathTest, FailureNamesConditionAndValues) {
  EXPECT_DEATH(CHECK(1 == 2, "seqno {}", 42), "1 == 2: seqno 42");
  EXPECT_DEATH((void)Half(3).value(), "odd");
}

TEST(ClockTest, ManualClockMovesOnlyWhenTold) {
  ManualClock clock;
  const int64_t before = clock.MonotonicNs();
  clock.AdvanceNs(5);
  EXPECT_EQ(clock.MonotonicNs(), before + 5);
}

TEST(LogTest, FieldsEndTheTextUnlessTheSinkTakesThemApart) {
  std::string text;
  LogFields apart;
  SetLogSink([&](LogLevel, const std::string& line) { text = line; });
  LogEvent(LogLevel::kWarning, "refused", {{"peer", "127.0.0.1"}, {"status", "403"}});
  EXPECT_EQ(text, "refused peer=127.0.0.1 status=403");
  SetStructuredLogSink([&](LogLevel, const std::string& line, const LogFields& fields) {
    text = line;
    apart = fields;
  });
  LogEvent(LogLevel::kWarning, "refused", {{"peer", "::1"}});
  EXPECT_EQ(text, "refused");
  EXPECT_EQ(apart, (LogFields{{"peer", "::1"}}));
  LogInfo("plain");
  EXPECT_EQ(text, "plain");
  EXPECT_TRUE(apart.empty());
  SetLogSink(nullptr);
}

TEST(BackgroundTest, OnlyTheWorkHasTheLowPriority) {
  const int before = getpriority(PRIO_PROCESS, 0);
  EXPECT_EQ(InBackground([] { return getpriority(PRIO_PROCESS, 0); }),
            std::max(before, kBackgroundNiceness));
  EXPECT_EQ(getpriority(PRIO_PROCESS, 0), before);
}

}  // namespace
}  // namespace borealis

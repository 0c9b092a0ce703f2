#include "plugin/fault_grammar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugin/testing.h"

namespace borealis::plugin {
namespace {

using ::testing::HasSubstr;

constexpr int64_t kDay = 86'400;
using Meaning = std::optional<std::variant<FaultCommand, Refusal>>;

Meaning Parse(std::string_view sql) { return ParseFault(sql, Tokenize(sql), true); }

template <typename Command>
Command Accepted(std::string_view sql) {
  const Meaning meaning = Parse(sql);
  const bool accepted = meaning && std::holds_alternative<FaultCommand>(*meaning) &&
                        std::holds_alternative<Command>(std::get<FaultCommand>(*meaning));
  EXPECT_TRUE(accepted) << sql;
  return accepted ? std::get<Command>(std::get<FaultCommand>(*meaning)) : Command{};
}

Refusal Refused(std::string_view sql) {
  const Meaning meaning = Parse(sql);
  const bool refused = meaning && std::holds_alternative<Refusal>(*meaning);
  EXPECT_TRUE(refused) << sql;
  return refused ? std::get<Refusal>(*meaning) : Refusal{};
}

void ExpectRefused(std::string_view sql, unsigned error, const std::string& words) {
  const Refusal refusal = Refused(sql);
  EXPECT_EQ(refusal.error, error) << sql;
  EXPECT_THAT(refusal.message, HasSubstr(words)) << sql;
}

TEST(FaultGrammar, CrashMeansTheInstanceUnlessItSaysOtherwise) {
  EXPECT_EQ(Accepted<Crash>("ALTER SYSTEM CRASH").target, Crash::Target::kInstance);
  EXPECT_EQ(Accepted<Crash>("alter system crash instance").target, Crash::Target::kInstance);
  EXPECT_EQ(Accepted<Crash>("Alter\tSystem\nCrash Dispatcher").target, Crash::Target::kDispatcher);
  EXPECT_EQ(Accepted<Crash>("ALTER/**/SYSTEM/* x */CRASH -- y\n NODE").target,
            Crash::Target::kNode);
}

TEST(FaultGrammar, ReplicaFailure) {
  const std::string head = "ALTER SYSTEM SIMULATE 12.5 PERCENT READ REPLICA FAILURE ";
  EXPECT_EQ(Accepted<ReplicaFailure>(head + "FOR INTERVAL 3 SECOND"),
            (ReplicaFailure{12.5, "", 3}));
  EXPECT_EQ(Accepted<ReplicaFailure>(head + "TO ALL FOR INTERVAL 2 HOUR"),
            (ReplicaFailure{12.5, "", 7200}));
  EXPECT_EQ(Accepted<ReplicaFailure>(head + "TO \"node2\" FOR INTERVAL 1 DAY"),
            (ReplicaFailure{12.5, "node2", 86'400}));
  EXPECT_EQ(Accepted<ReplicaFailure>(head + "to 'a''b' for interval 1 week"),
            (ReplicaFailure{12.5, "a'b", 604'800}));
}

TEST(FaultGrammar, DiskFailure) {
  using Kind = FaultPlace::Kind;
  const std::string head = "ALTER SYSTEM SIMULATE 100 PERCENT DISK FAILURE ";
  EXPECT_EQ(Accepted<DiskFailure>(head + "FOR INTERVAL 1 MINUTE"), (DiskFailure{100, {}, 60}));
  EXPECT_EQ(Accepted<DiskFailure>(head + "IN DISK 7 FOR INTERVAL 1 MONTH"),
            (DiskFailure{100, {Kind::kDisk, 7}, 30 * kDay}));
  EXPECT_EQ(Accepted<DiskFailure>(head + "NODE 0 FOR INTERVAL 1 QUARTER"),
            (DiskFailure{100, {Kind::kNode, 0}, 91 * kDay}));
  EXPECT_EQ(Accepted<DiskFailure>(head + "IN NODE 2 FOR INTERVAL 1 YEAR"),
            (DiskFailure{100, {Kind::kNode, 2}, 365 * kDay}));
}

TEST(FaultGrammar, DiskCongestion) {
  EXPECT_EQ(Accepted<DiskCongestion>("ALTER SYSTEM SIMULATE 50 PERCENT DISK CONGESTION BETWEEN 1 "
                                     "AND 20 MILLISECONDS IN DISK 0 FOR INTERVAL 5 SECOND"),
            (DiskCongestion{50, 1, 20, {FaultPlace::Kind::kDisk, 0}, 5}));
  EXPECT_EQ(Accepted<DiskCongestion>("ALTER SYSTEM SIMULATE 50 PERCENT DISK CONGESTION BETWEEN 3 "
                                     "AND 3 MILLISECONDS FOR INTERVAL 5 SECOND"),
            (DiskCongestion{50, 3, 3, {}, 5}));
}

TEST(FaultGrammar, APercentageIsADecimalNumberFrom0To100) {
  const auto percent = [](const std::string& text) {
    return Accepted<DiskFailure>("ALTER SYSTEM SIMULATE " + text +
                                 " PERCENT DISK FAILURE FOR INTERVAL 1 SECOND")
        .percent;
  };
  EXPECT_EQ(percent("0"), 0);
  EXPECT_EQ(percent(".5"), 0.5);
  EXPECT_EQ(percent("99.999"), 99.999);
  EXPECT_EQ(percent("1e2"), 100);
  EXPECT_EQ(percent("1.5e+1"), 15);
  for (const char* text : {"-1", "100.01", "101", "1e3", "1e999", "-0.1"}) {
    ExpectRefused(std::string("ALTER SYSTEM SIMULATE ") + text +
                      " PERCENT DISK FAILURE FOR INTERVAL 1 SECOND",
                  kErrorOutOfRange, "percentage must be from 0 to 100");
  }
  for (const char* text : {"", "ten", "'10'", "nan", "inf", "0x10", "10PERCENT", "1 0", "10%"}) {
    ExpectRefused(std::string("ALTER SYSTEM SIMULATE ") + text +
                      " PERCENT DISK FAILURE FOR INTERVAL 1 SECOND",
                  kErrorSyntax, "syntax error");
  }
}

TEST(FaultGrammar, NumbersOutOfRangeNameTheRange) {
  const std::string disk = "ALTER SYSTEM SIMULATE 5 PERCENT DISK ";
  ExpectRefused(disk + "FAILURE FOR INTERVAL 0 SECOND", kErrorOutOfRange,
                "interval must be from 1");
  ExpectRefused(disk + "FAILURE FOR INTERVAL -1 SECOND", kErrorOutOfRange, "interval");
  ExpectRefused(disk + "FAILURE FOR INTERVAL 101 YEAR", kErrorOutOfRange, "1 to 100 YEAR");
  ExpectRefused(disk + "FAILURE FOR INTERVAL 99999999999999999999 DAY", kErrorOutOfRange,
                "interval");
  ExpectRefused(disk + "FAILURE IN DISK -1 FOR INTERVAL 1 DAY", kErrorOutOfRange, "index");
  ExpectRefused(disk + "CONGESTION BETWEEN 5 AND 4 MILLISECONDS FOR INTERVAL 1 DAY",
                kErrorOutOfRange, "milliseconds must be from 5 to 3600000");
  ExpectRefused(disk + "CONGESTION BETWEEN 5 AND 3600001 MILLISECONDS FOR INTERVAL 1 DAY",
                kErrorOutOfRange, "milliseconds");
}

TEST(FaultGrammar, WhatIsMalformedSaysWhatWasExpectedWhere) {
  const std::string simulate = "ALTER SYSTEM SIMULATE 5 PERCENT ";
  ExpectRefused("ALTER SYSTEM", kErrorSyntax, "CRASH or SIMULATE expected at the end");
  ExpectRefused("ALTER SYSTEM CRSH", kErrorSyntax, "CRASH or SIMULATE expected at 'CRSH'");
  ExpectRefused("ALTER SYSTEM CRASH INSTANCE NODE", kErrorSyntax, "expected at 'NODE'");
  ExpectRefused("ALTER SYSTEM CRASH 'INSTANCE'", kErrorSyntax, "end of the statement");
  ExpectRefused("ALTER SYSTEM CRASH `NODE`", kErrorSyntax, "end of the statement");
  ExpectRefused("ALTER SYSTEM SIMULATE 5", kErrorSyntax, "PERCENT expected at the end");
  ExpectRefused(simulate + "TAPE FAILURE FOR INTERVAL 1 DAY", kErrorSyntax, "DISK FAILURE");
  ExpectRefused(simulate + "READ REPLICA FAILURE", kErrorSyntax, "FOR expected at the end");
  ExpectRefused(simulate + "READ REPLICA FAILURE TO node2 FOR INTERVAL 1 DAY", kErrorSyntax,
                "name of a node in quotes");
  ExpectRefused(simulate + "READ REPLICA FAILURE TO \"\" FOR INTERVAL 1 DAY", kErrorSyntax,
                "name of a node in quotes");
  ExpectRefused(simulate + "DISK FAILURE IN 5 FOR INTERVAL 1 DAY", kErrorSyntax, "DISK or NODE");
  ExpectRefused(simulate + "DISK FAILURE IN DISK x FOR INTERVAL 1 DAY", kErrorSyntax,
                "whole number");
  ExpectRefused(simulate + "DISK FAILURE FOR INTERVAL 1 SECONDS", kErrorSyntax, "SECOND expected");
  ExpectRefused(simulate + "DISK FAILURE FOR INTERVAL 1.5 SECOND", kErrorSyntax, "SECOND");
  ExpectRefused(simulate + "DISK FAILURE FOR INTERVAL 1 DAY DAY", kErrorSyntax, "'DAY'");
  ExpectRefused(simulate + "DISK CONGESTION FOR INTERVAL 1 DAY", kErrorSyntax, "BETWEEN");
  ExpectRefused(simulate + "DISK CONGESTION BETWEEN 1 AND 2 SECOND FOR INTERVAL 1 DAY",
                kErrorSyntax, "MILLISECONDS");
}

TEST(FaultGrammar, ALongStatementIsCutInItsMessage) {
  const std::string sql = "ALTER SYSTEM " + std::string(5000, 'x');
  EXPECT_LT(Refused(sql).message.size(), 200u);
}

TEST(FaultGrammar, OtherStatementsAreNotOurs) {
  for (const char* sql : {"", "ALTER", "ALTER TABLE system ADD crash INT", "ALTER `SYSTEM` CRASH",
                          "SELECT 'ALTER SYSTEM CRASH'", "SHOW STATUS", "SHOW VOLUME STATUS x",
                          "SHOW VOLUME", "EXPLAIN ALTER SYSTEM CRASH", "'ALTER' SYSTEM CRASH"}) {
    EXPECT_FALSE(Parse(sql)) << sql;
  }
  (void)Accepted<VolumeStatus>("show Volume STATUS");
}

}  // namespace
}  // namespace borealis::plugin

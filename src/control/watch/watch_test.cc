// What is shown of records: text of payloads, and who lost against whom.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "control/watch/record_view.h"

namespace borealis::control {
namespace {

std::string Event(int type, const std::string& body) {
  std::string event(19, '\0');
  event[4] = static_cast<char>(type);
  event[9] = static_cast<char>((19 + body.size()) & 0xff);
  event[10] = static_cast<char>((19 + body.size()) >> 8);
  return event + body;
}

std::string Text(const std::string& text) { return static_cast<char>(text.size()) + text + '\0'; }

std::string TableMap(char id, const std::string& database, const std::string& table) {
  return Event(19, std::string(1, id) + std::string(7, '\0') + Text(database) + Text(table));
}

std::string Rows(int type, char id) { return Event(type, id + std::string(5, '\0') + "rest"); }

std::string Query(const std::string& statement, const std::string& tail = "") {
  return Event(2, std::string(13, '\0') + '\0' + statement + tail);
}

// Ends in a checksum of its own; `kind` of those behind it.
std::string Format(char kind) { return Event(15, std::string(60, 'f') + kind + "csum"); }

TEST(WriteSetText, NamesEachTableAndWhatHappensToIt) {
  const std::string payload = TableMap('a', "demo", "course") + Rows(23, 'a') + Rows(24, 'a') +
                              TableMap('b', "demo", "old") + Rows(168, 'b') + Rows(23, 'x');
  const WriteSetText text = DescribePayload(payload);
  ASSERT_EQ(text.tables.size(), 2U);
  EXPECT_EQ(text.tables[0], (TableChanges{"demo.course", true, true, false}));
  EXPECT_EQ(text.tables[1], (TableChanges{"demo.old", false, false, true}));
  EXPECT_EQ(text.statement, "");
}

TEST(WriteSetText, CountsTheTablesThatItDoesNotName) {
  std::string payload;
  for (char id = 'a'; id < 'a' + 12; ++id) {
    payload += TableMap(id, "d", std::string(1, id)) + Rows(23, id) + Rows(24, id);
  }
  const WriteSetText text = DescribePayload(payload);
  EXPECT_EQ(text.tables.size(), kTablesShownMax);
  EXPECT_EQ(text.more_tables, 12 - kTablesShownMax);
}

TEST(WriteSetText, AChecksumIsNoPartOfAStatement) {
  EXPECT_EQ(DescribePayload(Format(1) + Query("DROP TABLE t", "wxyz")).statement, "DROP TABLE t");
  EXPECT_EQ(DescribePayload(Format(0) + Query("DROP TABLE t")).statement, "DROP TABLE t");
}

TEST(WriteSetText, NoCutOfAPayloadIsReadBeyondItsEnd) {
  const std::string whole =
      Format(1) + Query("DROP TABLE t", "wxyz") + TableMap('a', "d", "t") + Rows(23, 'a');
  for (size_t size = 0; size < whole.size(); ++size) {
    static_cast<void>(DescribePayload(std::string(whole.data(), size)));
  }
}

TEST(WithoutLiterals, ShowsNoString) {
  EXPECT_EQ(WithoutLiterals("CREATE  USER u\nIDENTIFIED BY 'secret' /* secret */ -- secret"),
            "CREATE USER u IDENTIFIED BY '…'");
  EXPECT_EQ(WithoutLiterals("ALTER TABLE `a b` ADD c INT COMMENT \"secret\""),
            "ALTER TABLE `a b` ADD c INT COMMENT '…'");
  EXPECT_EQ(WithoutLiterals("SET PASSWORD = 'secret"), "SET PASSWORD = '…'");
}

// With NO_BACKSLASH_ESCAPES the first string ends at its second quote, else it goes on.
TEST(WithoutLiterals, ShowsNothingBehindAStringThatCouldEndInTwoPlaces) {
  EXPECT_EQ(WithoutLiterals(R"(CREATE USER u IDENTIFIED BY 'a\' COMMENT 'secret')"),
            "CREATE USER u IDENTIFIED BY");
}

TEST(WithoutLiterals, CutsALongStatementBetweenCharacters) {
  std::string statement = "CREATE TABLE t (";
  while (statement.size() < 2 * kStatementBytesMax) statement += "ä";
  const std::string line = WithoutLiterals(statement);
  EXPECT_LE(line.size(), kStatementBytesMax + 3);
  EXPECT_EQ(line.substr(line.size() - 5), "ä…");
}

NodeId Node(uint8_t number) {
  NodeId id;
  id.uuid.bytes[0] = number;
  return id;
}

Record Change(uint8_t source, int64_t last_seen, std::vector<Key> keys) {
  Record record;
  record.source = Node(source);
  record.last_seen = Seqno{last_seen};
  record.keys = std::move(keys);
  return record;
}

TEST(RecentClaims, TheNewestThatWasNotSeenIsTheWinner) {
  RecentClaims claims;
  claims.Enter(Seqno{5}, Change(1, 4, {{1, KeyType::kShared}, {7, KeyType::kUpdate}}));
  claims.Enter(Seqno{6}, Change(2, 5, {{7, KeyType::kUpdate}}));
  const auto winner = claims.FindWinner(Change(3, 4, {{7, KeyType::kUpdate}}));
  ASSERT_TRUE(winner);
  EXPECT_EQ(winner->seqno, Seqno{6});
  EXPECT_EQ(winner->source, Node(2));
  EXPECT_FALSE(claims.FindWinner(Change(3, 6, {{7, KeyType::kUpdate}})));
  EXPECT_FALSE(claims.FindWinner(Change(3, 4, {{1, KeyType::kUpdate}})));
}

TEST(RecentClaims, AnOpenStreamWinsAgainstMoreThanATransactionDoes) {
  RecentClaims claims;
  Record part = Change(1, 4, {{7, KeyType::kReference}});
  part.type = RecordType::kFragment;
  claims.Enter(Seqno{5}, part);
  EXPECT_TRUE(claims.FindWinner(Change(2, 4, {{7, KeyType::kUpdate}})));
  part.flags = kFlagTrxEnd;
  claims.Enter(Seqno{6}, part);
  EXPECT_FALSE(claims.FindWinner(Change(2, 4, {{7, KeyType::kUpdate}})));
}

TEST(RecentClaims, ForgetsTheOldestAndKeepsABoundedNumber) {
  RecentClaims claims;
  claims.Enter(Seqno{1}, Change(1, 0, {{1, KeyType::kUpdate}, {2, KeyType::kUpdate}}));
  for (size_t n = 0; n < kClaimsKeptMax - 1; ++n) {
    claims.Enter(Seqno{static_cast<int64_t>(n) + 2},
                 Change(1, 0, {{n + 2, KeyType::kUpdate}}));  // takes 2 over
  }
  EXPECT_FALSE(claims.FindWinner(Change(2, 0, {{1, KeyType::kUpdate}})));
  EXPECT_TRUE(claims.FindWinner(Change(2, 0, {{2, KeyType::kUpdate}})));
}

TEST(RecordView, HostileNamesStayTextAndBytesThatAreNoneBecomeSigns) {
  LogEntry entry;
  entry.seqno = Seqno{3};
  const std::string payload = TableMap('a', "\xff\"", "<b>") + Rows(23, 'a');
  entry.record.payload = AsBytes(payload);
  const std::string json =
      ToJson(DescribeRecord(entry, certification::Verdict::kCommit, View{}, std::nullopt))
          .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  EXPECT_NE(json.find("\xef\xbf\xbd\\\".<b>"), std::string::npos) << json;
}

}  // namespace
}  // namespace borealis::control

#include "follow/binlog_text.h"

#include <gtest/gtest.h>

namespace borealis::follow {
namespace {

std::vector<BinlogItem> Items(BinlogText& text, std::string_view input) {
  std::vector<BinlogItem> items;
  while (!input.empty()) {
    const size_t end = std::min(input.find('\n'), input.size());
    auto item = text.Line(input.substr(0, end));
    CHECK_OK(item);
    if (item->has_value()) items.push_back(std::move(**item));
    input.remove_prefix(std::min(end + 1, input.size()));
  }
  return items;
}

TEST(BinlogTextTest, AStatementEndsWithTheDelimiterAndKnowsThePlaceBehindItsEvent) {
  BinlogText text({"b.000001", 4});
  const auto items = Items(text, R"(/*!50530 SET @@SESSION.PSEUDO_SLAVE_MODE=1*/;
DELIMITER /*!*/;
# at 325
#261126  5:51:44 server id 77  end_log_pos 367 CRC32 0x1f6a9fb0 	GTID 0-77-1 ddl
/*M!100001 SET @@session.gtid_seq_no=1*//*!*/;
# at 367
#261126  5:51:44 server id 77  end_log_pos 452 CRC32 0x6db7835f 	Query	thread_id=4
create table t (
# not a comment;

  a int)
/*!*/;
# at 452
#Q> insert into t values ('end_log_pos 77')
#261126  5:51:44 server id 77  end_log_pos 500 CRC32 0x6db7835f 	Write_rows: table id 18

BINLOG '
8MgHaxNNAAAANwAA
'/*!*/;
DELIMITER ;
# End of log file
ROLLBACK /* added by mysqlbinlog */;
)");
  ASSERT_EQ(items.size(), 5U);
  EXPECT_EQ(items[0].statement, "/*!50530 SET @@SESSION.PSEUDO_SLAVE_MODE=1*/");
  EXPECT_EQ(items[1].statement, "/*M!100001 SET @@session.gtid_seq_no=1*/");
  EXPECT_EQ(items[1].end, (SourcePosition{"b.000001", 367}));
  EXPECT_EQ(items[2].statement, "create table t (\n# not a comment;\n\n  a int)");
  EXPECT_EQ(items[2].end, (SourcePosition{"b.000001", 452}));
  EXPECT_EQ(items[3].statement, "BINLOG '\n8MgHaxNNAAAANwAA\n'");
  EXPECT_EQ(items[3].end, (SourcePosition{"b.000001", 500}));
  EXPECT_EQ(items[4].statement, "ROLLBACK /* added by mysqlbinlog */");
}

TEST(BinlogTextTest, ARotationChangesTheFile) {
  BinlogText text({"b.000001", 4});
  (void)Items(
      text,
      "DELIMITER /*!*/;\n#700101  1:00:00 server id 77  end_log_pos 0 CRC32 0x5e 	Rotate to "
      "b.000002  pos: 4\n");
  EXPECT_EQ(text.position(), (SourcePosition{"b.000002", 4}));
  const auto items = Items(
      text, "#261126  5:51:44 server id 77  end_log_pos 90 CRC32 0x6d 	Xid = 4\nCOMMIT/*!*/;\n");
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(items[0].end, (SourcePosition{"b.000002", 90}));
}

TEST(BinlogTextTest, ArbitraryLinesDoNoHarm) {
  BinlogText text({"b.000001", 4});
  for (const char* line : {"#", "# end_log_pos ", "# end_log_pos x", "#\tRotate to ", "DELIMITER ",
                           "# end_log_pos 5 \tRotate to x", "", ";"}) {
    EXPECT_TRUE(text.Line(line).ok()) << line;
  }
  EXPECT_EQ(text.position().file, "b.000001");
}

}  // namespace
}  // namespace borealis::follow

#include "plugin/query_event.h"

#include <gtest/gtest.h>

#include <string>

namespace borealis::plugin {
namespace {

std::string Event(char type, const std::string& body) {
  std::string event(19, '\0');
  event[4] = type;
  event[9] = static_cast<char>(19 + body.size());
  return event + body;
}

std::string Query(const std::string& database, const std::string& status = "status") {
  std::string body(13, '\0');
  body[8] = static_cast<char>(database.size());
  body[11] = static_cast<char>(status.size());
  return Event(2, body + status + database + '\0' + "CREATE TABLE t");
}

TEST(QueryEvent, TheDatabaseIsFoundBehindOtherEvents) {
  EXPECT_EQ(DefaultDatabase(Query("app")), "app");
  EXPECT_EQ(DefaultDatabase(Event(15, std::string(50, 'x')) + Query("mysql", "")), "mysql");
  EXPECT_EQ(DefaultDatabase(Query("")), "");
}

TEST(QueryEvent, EveryCutIsRefused) {
  const std::string whole = Query("app");
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(DefaultDatabase(whole.substr(0, size)), std::nullopt) << size;
  }
  EXPECT_EQ(DefaultDatabase(Event(15, "xyz")), std::nullopt);
}

TEST(QueryEvent, LengthsThatLeadOutsideAreRefused) {
  std::string event = Query("app");
  event[19 + 8] = '\x7f';
  EXPECT_EQ(DefaultDatabase(event), std::nullopt);
  event = Query("app");
  event[19 + 12] = '\x7f';
  EXPECT_EQ(DefaultDatabase(event), std::nullopt);
}

}  // namespace
}  // namespace borealis::plugin

#include "plugin/topology_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace borealis::plugin {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Found(std::string_view sql) {
  std::vector<std::string> texts;
  for (const auto& [begin, end] : FindTopology(sql, true)) {
    EXPECT_GE(end - begin, kTopologyView.size());
    texts.emplace_back(sql.substr(begin, end - begin));
  }
  return texts;
}

TEST(TopologyText, EveryMentionIsFoundInAnySpelling) {
  EXPECT_THAT(Found("SELECT server_id FROM information_schema.replica_host_status"),
              ElementsAre("information_schema.replica_host_status"));
  EXPECT_THAT(Found("select `Information_Schema` . REPLICA_HOST_STATUS.cpu from "
                    "INFORMATION_SCHEMA.`replica_host_status`;"),
              ElementsAre("`Information_Schema` . REPLICA_HOST_STATUS",
                          "INFORMATION_SCHEMA.`replica_host_status`"));
}

TEST(TopologyText, OtherNamesStringsAndCommentsAreLeftAlone) {
  for (const char* sql :
       {"SELECT 'information_schema.replica_host_status'",
        "SELECT 1 -- information_schema.replica_host_status", "SELECT * FROM replica_host_status",
        "SELECT * FROM x.replica_host_status",
        "SELECT * FROM information_schema.tables, replica_host_status",
        "SELECT * FROM information_schema /*! . replica_host_status */",
        "SELECT information_schema, replica_host_status", ""}) {
    EXPECT_THAT(Found(sql), IsEmpty()) << sql;
  }
}

TEST(TopologyText, LongTextsAreNotSearched) {
  const std::string sql = "SELECT * FROM information_schema.replica_host_status -- " +
                          std::string(kTopologyTextBytesMax, 'x');
  EXPECT_THAT(Found(sql), IsEmpty());
}

}  // namespace
}  // namespace borealis::plugin

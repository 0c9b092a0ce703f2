#include "snapshot/engine_position.h"

#include <gtest/gtest.h>

#include <string>

namespace borealis::snapshot {
namespace {

TEST(EnginePositionTest, IsParsedFromTheServersOutput) {
  const std::string line = "2026-11-23 22:29:03 0 [Note] WSREP: Recovered position: ";
  const std::string uuid = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
  EXPECT_EQ(ParseRecoveredPosition("x\n" + line + uuid + ":42\nmore\n"),
            (EnginePosition{*Uuid::Parse(uuid), {42}}));
  EXPECT_EQ(ParseRecoveredPosition(line + uuid + ":42,0-1-5\n"),
            (EnginePosition{*Uuid::Parse(uuid), {42}}));
  EXPECT_EQ(ParseRecoveredPosition(line + "00000000-0000-0000-0000-000000000000:-1\n"),
            EnginePosition{});
  EXPECT_EQ(ParseRecoveredPosition("no such line"), std::nullopt);
  EXPECT_EQ(ParseRecoveredPosition(line + uuid), std::nullopt);
  EXPECT_EQ(ParseRecoveredPosition(line + uuid + ":x"), std::nullopt);
  EXPECT_EQ(ParseRecoveredPosition(line + "garbage"), std::nullopt);
}

TEST(EnginePositionTest, TheCountStandsBehindTheRecoveredPosition) {
  const std::string line = "2026-11-26 6:28:56 0 [Note] WSREP: Recovered position: fe5d:29346";
  EXPECT_EQ(ParseRecoveredGtid(line + ",0-77-29340\nmore, 1-2-3\n"), "0-77-29340");
  EXPECT_EQ(ParseRecoveredGtid(line + ",0-0-0\n"), "");
  EXPECT_EQ(ParseRecoveredGtid(line + "\n"), "");
  for (const char* bad : {",0-77-1; DROP\n", ",0--77-1\n", ",0-77\n", ",0-77-1-\n", ",-\n"}) {
    EXPECT_EQ(ParseRecoveredGtid(line + bad), "") << bad;
  }
  EXPECT_EQ(ParseRecoveredGtid("nothing"), "");
}

}  // namespace
}  // namespace borealis::snapshot

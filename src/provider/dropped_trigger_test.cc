#include "provider/dropped_trigger.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace borealis::provider {
namespace {

TEST(DroppedTriggerTest, ItsNameIsReadWhateverIsBetweenTheWords) {
  for (const char* text :
       {"DROP TRIGGER r", " drop\n\ttrigger if exists d.r", "/**/DROP/*a*/ /**/TRIGGER`r`",
        "Drop -- why\n Trigger # a\n d . `r`", "drop trigger \"r\"", "DROP TRIGGER r;",
        "/*!50032 DROP TRIGGER IF EXISTS r */",
        "SET STATEMENT max_statement_time=1 FOR DROP TRIGGER d.r", "/*M!100500 drop*/ trigger r"}) {
    EXPECT_EQ(DroppedTrigger(text), "r") << text;
  }
  EXPECT_EQ(DroppedTrigger("DROP TRIGGER `a``b c`"), "a`b c");
  EXPECT_EQ(DroppedTrigger("DROP TRIGGER `cut off"), "cut off");
  for (const char* text :
       {"", "DROP", "DROP TRIGGER", "DROPTRIGGER r", "DROP TRIGGERS r", "DROP TABLE trigger",
        "CREATE TRIGGER r", "DROP /* TRIGGER r", "DROP -- TRIGGER r", "DROP TRIGGER ``", "/*!",
        "CREATE PROCEDURE p() DROP TRIGGER r"}) {
    EXPECT_EQ(DroppedTrigger(text), std::nullopt) << text;
  }
}

TEST(DroppedTriggerTest, ItIsOnTheTableThatItsFileNames) {
  const std::string directory =
      (std::filesystem::path(testing::TempDir()) / "dropped_trigger_test").string();
  std::filesystem::create_directories(directory + "/d");
  std::ofstream(directory + "/d/r.TRN") << "TYPE=TRIGGERNAME\ntrigger_table=t4\n";
  EXPECT_TRUE(IsTriggerOn(directory, "d", "r", "t4"));
  EXPECT_FALSE(IsTriggerOn(directory, "d", "r", "t"));
  EXPECT_FALSE(IsTriggerOn(directory, "d", "r", "t0"));
  EXPECT_FALSE(IsTriggerOn(directory, "d", "r2", "t4"));
  EXPECT_FALSE(IsTriggerOn(directory, "e", "r", "t4"));
  EXPECT_TRUE(IsTriggerOn(directory, "d", "r", "t\n4")) << "a name that can't be compared";
  EXPECT_TRUE(IsTriggerOn(directory, "d", "r\xe4", "t4")) << "the same";
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace borealis::provider

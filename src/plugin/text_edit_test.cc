#include "plugin/text_edit.h"

#include <gtest/gtest.h>

#include <string>

namespace borealis::plugin {
namespace {

class TextEditTest : public ::testing::Test {
 protected:
  void Give(std::string text) {
    text_ = std::move(text);
    event_.query = text_.data();
    event_.query_length = static_cast<unsigned>(text_.size());
    Pending().Begin(1);
  }
  std::string text_;
  abi::GeneralEvent event_{};
};

TEST_F(TextEditTest, AStatementTakesThePlaceOfAnotherAndTheRestStays) {
  Give("SELECT 1; ALTER SYSTEM CRASH; SELECT 2");
  Overwrite(event_, 10, 28, FaultCommand(Crash{}));
  EXPECT_EQ(text_, "SELECT 1; SET no_go=1       ; SELECT 2");
  EXPECT_TRUE(Pending().Take(1, 1));
}

TEST_F(TextEditTest, TheShortestOfOurStatementsHoldWhatTheyBecome) {
  Give("SHOW VOLUME STATUS");
  Overwrite(event_, 0, text_.size(), FaultCommand(VolumeStatus{}));
  EXPECT_EQ(text_, "CALL borealis.v() ");
  Give("ALTER SYSTEM");
  Overwrite(event_, 0, text_.size(), Refusal{1064, "no"});
  EXPECT_EQ(text_, "SET no_go=1 ");
}

TEST_F(TextEditTest, WhereThereIsNoRoomItIsASyntaxError) {
  Give("SET x=1;");
  Overwrite(event_, 0, 7, Refusal{1231, "no"});
  EXPECT_EQ(text_, "?      ;");
}

}  // namespace
}  // namespace borealis::plugin

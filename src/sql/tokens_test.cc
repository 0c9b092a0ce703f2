#include "sql/tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace borealis::sql {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> Texts(std::string_view sql, bool backslash_escapes = true) {
  std::vector<std::string> texts;
  Tokenizer tokenizer(sql, backslash_escapes);
  while (auto token = tokenizer.Next()) texts.emplace_back(token->text);
  return texts;
}

TEST(SqlTokens, WordsSymbolsAndQuotesAreTokens) {
  EXPECT_THAT(
      Texts("SET @@session.`a b` := 'it''s', c=\"x\";"),
      ElementsAre("SET", "@", "@", "session", ".", "a b", ":=", "it''s", ",", "c", "=", "x", ";"));
}

TEST(SqlTokens, ABackslashHidesAQuoteUnlessSqlModeSaysNo) {
  EXPECT_THAT(Texts(R"('a\'; b' c)"), ElementsAre(R"(a\'; b)", "c"));
  EXPECT_THAT(Texts(R"('a\'; b)", false), ElementsAre(R"(a\)", ";", "b"));
}

TEST(SqlTokens, CommentsAreSkipped) {
  EXPECT_THAT(Texts("a -- b ; c\n d # e\n/* f ; */ g --h"),
              ElementsAre("a", "d", "g", "-", "-", "h"));
  EXPECT_THAT(Texts("a /* never closed"), ElementsAre("a"));
}

TEST(SqlTokens, VersionedCommentsAreCodeWhereTheServerTakesThemForCode) {
  EXPECT_THAT(Texts("/*!SET*/ a"), ElementsAre("SET", "a"));
  EXPECT_THAT(Texts("/*!50003 SET */ a"), ElementsAre("SET", "a"));
  EXPECT_THAT(Texts("/*!100100 SET */ a"), ElementsAre("SET", "a"));
  EXPECT_THAT(Texts("/*M!100100 SET */ a"), ElementsAre("SET", "a"));
  EXPECT_THAT(Texts("/*!50700 SET */ a"), ElementsAre("a"));
  EXPECT_THAT(Texts("/*!80000 SET */ a"), ElementsAre("a"));
  EXPECT_THAT(Texts("/*!999999 SET */ a"), ElementsAre("a"));
}

TEST(SqlTokens, ATokenKnowsItsPlace) {
  Tokenizer tokenizer("ab 'cd'", true);
  ASSERT_TRUE(tokenizer.Next());
  const auto token = tokenizer.Next();
  ASSERT_TRUE(token);
  EXPECT_EQ(token->begin, 3u);
  EXPECT_EQ(token->end, 7u);
}

TEST(SqlTokens, ANameGivesWhatItStandsFor) {
  Tokenizer tokenizer(R"(`a``b\n'' c`)", true);
  EXPECT_EQ(Unquote(*tokenizer.Next(), true), R"(a`b\n'' c)");
}

TEST(SqlTokens, AStringGivesWhatItStandsFor) {
  Tokenizer tokenizer(R"('it''s \'\n')", true);
  EXPECT_EQ(Unquote(*tokenizer.Next(), true), "it's '\n");
}

}  // namespace
}  // namespace borealis::sql

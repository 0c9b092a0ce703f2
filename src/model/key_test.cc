// Claims about key hashes: every division of a path is a key of its own, and the values are fixed.
#include "model/key.h"

#include <gtest/gtest.h>

#include <set>

#include "model/ids.h"

namespace borealis {
namespace {

uint64_t HashOf(std::initializer_list<std::string_view> parts) {
  std::vector<ByteView> views;
  for (const std::string_view part : parts) views.push_back(AsBytes(part));
  return HashKeyPath(views);
}

TEST(KeyTest, HashDependsOnTheDivisionIntoParts) {
  const std::set<uint64_t> hashes = {HashOf({}),         HashOf({""}),        HashOf({"", ""}),
                                     HashOf({"db"}),     HashOf({"d", "b"}),  HashOf({"db", ""}),
                                     HashOf({"", "db"}), HashOf({"db", "t"}), HashOf({"dbt"})};
  EXPECT_EQ(hashes.size(), 9u);
}

TEST(KeyTest, HashIsTheSameInEveryBuild) {
  // Part of the record format: a change here is a new format version.
  EXPECT_EQ(HashOf({"demo"}), 16622237307042440484u);
  EXPECT_EQ(HashOf({"demo", "course"}), 5513500262848958096u);
}

TEST(IdsTest, PositionsAreOrderedAsTheLogIs) {
  const Position a{{1}, 512, 3};
  const Position b{{1}, 1024, 0};
  const Position c{{2}, 0, 0};
  EXPECT_LT(a, b);
  EXPECT_LT(b, c);
  EXPECT_EQ(ToString(a), "1:512.3");
  EXPECT_EQ(fmt::format("{}", c), "2:0.0");
}

}  // namespace
}  // namespace borealis

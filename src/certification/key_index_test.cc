#include "certification/key_index.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace borealis::certification {
namespace {

// The newest seqno per type, and the newest by another source.
using Answer = std::array<std::pair<int64_t, int64_t>, kKeyTypes>;

// Claims below `from` count as none.
Answer Ask(const KeyIndex& index, uint64_t hash, uint32_t source, int64_t from = 1) {
  Answer answer{};
  index.Visit(hash, source, [&](KeyType type, int64_t newest, int64_t other) {
    auto& [known_newest, known_other] = answer[static_cast<size_t>(type)];
    known_newest = std::max(known_newest, newest >= from ? newest : 0);
    known_other = std::max(known_other, other >= from ? other : 0);
  });
  return answer;
}

constexpr Key kKey{5, KeyType::kUpdate};
constexpr auto kType = static_cast<size_t>(KeyType::kUpdate);

TEST(KeyIndex, KnowsTheNewestAndTheNewestByAnother) {
  KeyIndex index(100);
  index.Advance(1);
  EXPECT_EQ(Ask(index, 5, 7)[kType], std::pair(int64_t{0}, int64_t{0}));
  index.Add(kKey, 7);
  EXPECT_EQ(Ask(index, 5, 7)[kType], std::pair(int64_t{1}, int64_t{0}));
  EXPECT_EQ(Ask(index, 5, 8)[kType], std::pair(int64_t{1}, int64_t{1}));
  index.Advance(2);
  index.Add(kKey, 8);
  index.Advance(3);
  index.Add(kKey, 8);
  EXPECT_EQ(Ask(index, 5, 8)[kType], std::pair(int64_t{3}, int64_t{1}));
  EXPECT_EQ(Ask(index, 5, 7)[kType], std::pair(int64_t{3}, int64_t{3}));
}

TEST(KeyIndex, AKeyTwiceInOneRecordIsOneClaim) {
  KeyIndex index(100);
  index.Advance(1);
  index.Add(kKey, 7);
  index.Add(kKey, 7);
  EXPECT_EQ(index.count(), 1u);
  EXPECT_EQ(Ask(index, 5, 7)[kType], std::pair(int64_t{1}, int64_t{0}));
}

TEST(KeyIndex, SeesBehindTheBoundaryOfGenerations) {
  KeyIndex index(4);
  for (int64_t n = 1; n <= 4; ++n) {
    index.Advance(n);
  }
  index.Add(kKey, 7);  // at 4, the last of its generation
  for (int64_t n = 5; n <= 8; ++n) {
    index.Advance(n);
    index.Add(kKey, 8);
    EXPECT_EQ(Ask(index, 5, 8)[kType], std::pair(n, int64_t{4}));
    EXPECT_EQ(index.Live(), (std::vector<Claim>{{.hash = 5,
                                                 .type = KeyType::kUpdate,
                                                 .source = 8,
                                                 .newest = n,
                                                 .second = n < 8 ? 4 : 0}}));
  }
  index.Advance(9);
  EXPECT_EQ(Ask(index, 5, 8)[kType], std::pair(int64_t{8}, int64_t{0}));
}

// Every claim kept for ever, in the plainest form.
class PlainIndex {
 public:
  void Add(const Key& key, uint32_t source, int64_t seqno) {
    claims_[key].push_back({seqno, source});
  }
  Answer Ask(uint64_t hash, uint32_t source, int64_t from) const {
    Answer answer{};
    for (size_t type = 0; type < kKeyTypes; ++type) {
      const auto found = claims_.find(Key{hash, static_cast<KeyType>(type)});
      if (found == claims_.end()) {
        continue;
      }
      for (const auto& [seqno, by] : found->second) {
        if (seqno >= from) {
          answer[type].first = std::max(answer[type].first, seqno);
          answer[type].second = std::max(answer[type].second, by != source ? seqno : 0);
        }
      }
    }
    return answer;
  }

 private:
  std::map<Key, std::vector<std::pair<int64_t, uint32_t>>> claims_;
};

// Also rebuilds a second index from Live() at random points, which cuts its generations elsewhere.
TEST(KeyIndex, AgreesWithAPlainOneWhereverGenerationsAreCut) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    const auto window = static_cast<uint32_t>(1 + random() % 50);
    const uint64_t key_space = 1 + random() % 500;
    KeyIndex index(window);
    KeyIndex recut(window);
    PlainIndex plain;
    for (int64_t n = 1; n <= 400; ++n) {
      index.Advance(n);
      recut.Advance(n);
      const auto source = static_cast<uint32_t>(1 + random() % 5);
      for (uint64_t keys = random() % 8; keys > 0; --keys) {
        // Hashes whose homes crowd together as well as ones that do not.
        const uint64_t i = random() % key_space;
        const Key key{i % 2 == 0 ? i : i << 40, static_cast<KeyType>(random() % kKeyTypes)};
        const int64_t from = n - window;
        ASSERT_EQ(Ask(index, key.hash, source, from), plain.Ask(key.hash, source, from));
        ASSERT_EQ(Ask(recut, key.hash, source, from), plain.Ask(key.hash, source, from));
        index.Add(key, source);
        recut.Add(key, source);
        plain.Add(key, source, n);
      }
      if (random() % 20 == 0) {
        ASSERT_EQ(recut.Live(), index.Live());
        recut = KeyIndex(window, n, index.Live());
        ASSERT_EQ(recut.Live(), index.Live());
      }
    }
  }
}

TEST(KeyIndex, HoldsNoMoreThanTwoWindows) {
  KeyIndex index(10);
  for (int64_t n = 1; n <= 1000; ++n) {
    index.Advance(n);
    index.Add({static_cast<uint64_t>(n), KeyType::kExclusive}, 2);
    ASSERT_LE(index.count(), 20u);
  }
  EXPECT_LE(index.MemoryBytes(), 2 * 64 * 16u);
}

TEST(ClaimTable, MemoryPerClaimIsWhatItSays) {
  ClaimTable table(1, 0);
  for (uint64_t i = 0; i < 200'000; ++i) {
    table.Add({i, KeyType::kExclusive}, 2, 1);
    if (i >= 1000) {
      const double per_claim =
          static_cast<double>(table.MemoryBytes()) / static_cast<double>(i + 1);
      ASSERT_GE(per_claim, 25.5);
      ASSERT_LE(per_claim, 51.3);
    }
  }
  EXPECT_EQ(table.count(), 200'000u);
}

// The hash that Spread() takes to `spread`.
uint64_t Unspread(uint64_t spread) {
  uint64_t inverse = Spread(1);  // Newton: each round doubles the bits that are right
  for (int round = 0; round < 6; ++round) {
    inverse *= 2 - Spread(1) * inverse;
  }
  return spread * inverse;
}

TEST(ClaimTable, AClusterThatWrapsRoundIsFoundAndSorted) {
  ClaimTable table(1, 0);
  std::vector<Claim> expected;
  for (const uint64_t home : {0ull, 1ull, 2ull, 40ull, 62ull, 63ull}) {
    for (uint64_t i = 0; i < 5; ++i) {
      const uint64_t hash = Unspread(home << 58 | i);
      expected.push_back({.hash = hash, .type = KeyType::kShared, .source = 2, .newest = 1});
    }
  }
  for (auto claim = expected.rbegin(); claim != expected.rend(); ++claim) {
    table.Add({claim->hash, claim->type}, claim->source, claim->newest);
  }
  ASSERT_EQ(table.MemoryBytes(), 64 * 16u);
  EXPECT_EQ(table.Since(1), expected);
  EXPECT_TRUE(table.Since(2).empty());
  for (const Claim& claim : expected) {
    int found = 0;
    table.Visit(claim.hash, 3, [&](KeyType, int64_t, int64_t other) { found += other == 1; });
    EXPECT_EQ(found, 1);
  }
}

TEST(PackedClaim, HoldsTheExtremes) {
  for (const int64_t base : {int64_t{-1048574}, int64_t{1}, int64_t{1} << 60}) {
    for (const int64_t offset : {0, 1, 1048575}) {
      const int64_t newest = base + offset;
      const Claim alone{.hash = UINT64_MAX,
                        .type = KeyType::kExclusive,
                        .source = kSourceMax,
                        .newest = newest,
                        .second = 0};
      EXPECT_EQ(Unpack(Pack(alone, base), base), alone);
      EXPECT_NE(Pack(alone, base).word, 0u);
      if (offset > 0 && base > 0) {
        Claim two = alone;
        two.second = base;
        EXPECT_EQ(Unpack(Pack(two, base), base), two);
      }
    }
  }
}

}  // namespace
}  // namespace borealis::certification

// Thousands of random histories: Certifier against the plain model, against itself after saving and
// loading at random points, and with each seeded bug, which must be noticed.
#include <gtest/gtest.h>

#include <array>

#include "certification/certifier.h"
#include "certification/certifier_model.h"
#include "certification/random_history.h"
#include "certification/seeded_bugs.h"

namespace borealis::certification {
namespace {

constexpr uint64_t kShards = 8;

bool Agree(const Outcome& a, const Outcome& b) {
  return a.verdict == b.verdict && a.depends_on == b.depends_on && a.view == b.view;
}

std::string Describe(const Outcome& outcome) {
  return fmt::format("{} depends on {}{}", VerdictName(outcome.verdict), outcome.depends_on,
                     outcome.view ? fmt::format(", view of {}", outcome.view->members.size()) : "");
}

// What a set of histories reached, so that a test cannot pass by exercising nothing.
struct Coverage {
  std::array<int, 7> verdicts{};
  int parallel = 0;  // passed, and may be applied beside its predecessor
  int far_back = 0;  // passed with last_seen at the very edge of the window
  int view_changes = 0;
};

class Histories : public testing::TestWithParam<uint64_t> {
 protected:
  // Seeds of this shard.
  static std::vector<uint64_t> Seeds(uint64_t total) {
    std::vector<uint64_t> seeds;
    for (uint64_t seed = GetParam() + 1; seed <= total; seed += kShards) {
      seeds.push_back(seed);
    }
    return seeds;
  }
};

// The first seqno at which certifier and model differ, or 0.
int64_t FirstDifference(uint64_t seed, int64_t length, Coverage* coverage, std::string* what) {
  RandomHistory history(seed);
  CertifierModel model(history.window());
  Certifier certifier(history.window());
  for (int64_t n = 1; n <= length; ++n) {
    const Record record = history.Next(n, model.view());
    const Outcome expected = model.Certify({n}, record);
    const Outcome actual = certifier.Certify({n}, record);
    if (!Agree(expected, actual) || certifier.view() != model.view()) {
      *what = fmt::format("seed {} window {} seqno {}: {} instead of {}", seed, history.window(), n,
                          Describe(actual), Describe(expected));
      return n;
    }
    if (coverage != nullptr) {
      const bool passed = expected.verdict == Verdict::kCommit;
      ++coverage->verdicts[static_cast<size_t>(expected.verdict)];
      coverage->parallel += passed && expected.depends_on.value < n - 1;
      coverage->far_back += passed && record.type == RecordType::kWriteSet &&
                            n - 1 - record.last_seen.value == history.window();
      coverage->view_changes += expected.view.has_value();
    }
  }
  return 0;
}

TEST_P(Histories, CertifierDecidesAsTheModelDoes) {
  Coverage coverage;
  std::string what;
  for (const uint64_t seed : Seeds(4000)) {
    ASSERT_EQ(FirstDifference(seed, 150, &coverage, &what), 0) << what;
  }
  for (const uint64_t seed : Seeds(32)) {
    ASSERT_EQ(FirstDifference(1'000'000 + seed, 1500, &coverage, &what), 0) << what;
  }
  for (size_t verdict = 1; verdict < coverage.verdicts.size(); ++verdict) {
    EXPECT_GT(coverage.verdicts[verdict], 500) << VerdictName(static_cast<Verdict>(verdict));
  }
  EXPECT_GT(coverage.parallel, 500);
  EXPECT_GT(coverage.far_back, 100);
  EXPECT_GT(coverage.view_changes, 500);
}

// A loaded index has its generations cut elsewhere, so this also shows that it does not matter
// where they are cut.
TEST_P(Histories, SavingAndLoadingAnywhereChangesNothing) {
  int loads = 0;
  for (const uint64_t seed : Seeds(1500)) {
    RandomHistory history(seed);
    RandomHistory dice(~seed);
    Certifier straight(history.window());
    Certifier reloaded(history.window());
    for (int64_t n = 1; n <= 200; ++n) {
      const Record record = history.Next(n, straight.view());
      const Outcome a = straight.Certify({n}, record);
      const Outcome b = reloaded.Certify({n}, record);
      ASSERT_TRUE(Agree(a, b)) << "seed " << seed << " seqno " << n << ": " << Describe(b)
                               << " instead of " << Describe(a);
      ASSERT_EQ(straight.RunningDigest(), reloaded.RunningDigest()) << "seed " << seed;
      if (dice.Percent(5) || n == 200) {
        const Bytes saved = reloaded.Save();
        ASSERT_EQ(saved, straight.Save()) << "seed " << seed << " seqno " << n;
        ASSERT_EQ(straight.StateDigest(), reloaded.StateDigest()) << "seed " << seed;
        Result<Certifier> loaded = Certifier::Load(saved);
        ASSERT_TRUE(loaded.ok()) << "seed " << seed << ": " << loaded.status().ToString();
        reloaded = std::move(loaded).value();
        ASSERT_EQ(reloaded.Save(), saved) << "seed " << seed << " seqno " << n;
        ASSERT_EQ(reloaded.seqno(), Seqno{n});
        ASSERT_EQ(reloaded.view(), straight.view());
        ++loads;
      }
    }
  }
  EXPECT_GT(loads, 500);
}

INSTANTIATE_TEST_SUITE_P(Shards, Histories, testing::Range<uint64_t>(0, kShards));

// Two histories that differ in one record differ in the running digest from there on.
TEST(Digests, OneChangedRecordShowsAtOnceAndForEver) {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    RandomHistory history(seed);
    Certifier one(history.window());
    Certifier other(history.window());
    const auto changed_at = static_cast<int64_t>(1 + history.Below(100));
    for (int64_t n = 1; n <= 120; ++n) {
      Record record = history.Next(n, one.view());
      one.Certify({n}, record);
      if (n == changed_at) {
        switch (history.Below(3)) {
          case 0:
            record.payload_hash ^= 1;
            break;
          case 1:
            record.request.value += 1;
            break;
          default:
            record.source.uuid.bytes[seed % 16] ^= 1;
        }
      }
      other.Certify({n}, record);
      ASSERT_EQ(one.RunningDigest() == other.RunningDigest(), n < changed_at)
          << "seed " << seed << " seqno " << n << " changed at " << changed_at;
      if (n >= changed_at) {
        ASSERT_NE(one.StateDigest(), other.StateDigest()) << "seed " << seed;
      }
    }
  }
}

class SeededBugs : public testing::TestWithParam<SeededBug> {
 protected:
  ~SeededBugs() override { seeded_bug = SeededBug::kNone; }
};

TEST_P(SeededBugs, AreNoticedByTheModel) {
  seeded_bug = GetParam();
  int caught = 0;
  std::string what;
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    caught += FirstDifference(seed, 150, nullptr, &what) != 0;
  }
  EXPECT_GE(caught, 5) << "of 100 histories";
}

// What a server with the bug would see: its digest leaves that of the others with its first wrong
// decision.
TEST_P(SeededBugs, ShowInTheRunningDigestWithTheFirstWrongOutcome) {
  int differing = 0;
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    RandomHistory history(seed);
    Certifier sound(history.window());
    Certifier broken(history.window());
    bool differs = false;
    for (int64_t n = 1; n <= 150; ++n) {
      const Record record = history.Next(n, sound.view());
      const Outcome expected = sound.Certify({n}, record);
      seeded_bug = GetParam();
      const Outcome actual = broken.Certify({n}, record);
      seeded_bug = SeededBug::kNone;
      differs = differs || !Agree(expected, actual);
      ASSERT_EQ(sound.RunningDigest() != broken.RunningDigest(), differs)
          << "seed " << seed << " seqno " << n;
    }
    differing += differs;
  }
  EXPECT_GE(differing, 5) << "of 100 histories";
}

INSTANTIATE_TEST_SUITE_P(Each, SeededBugs, testing::ValuesIn(kSeededBugs));

}  // namespace
}  // namespace borealis::certification

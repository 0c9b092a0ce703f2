// Save and Load: what is refused, and why. That loading changes nothing: the property test.
#include <gtest/gtest.h>

#include <cstring>

#include "certification/certifier.h"
#include "certification/test_records.h"

namespace borealis::certification {
namespace {

// 20 records of two members, one former member; isolated, parallel-unsafe and shared claims.
Certifier Sample(uint32_t window = 8) {
  Certifier certifier(window);
  int64_t n = 0;
  certifier.Certify({++n}, JoinRecord(Node(1)));
  certifier.Certify({++n}, JoinRecord(Node(2)));
  certifier.Certify({++n}, JoinRecord(Node(3)));
  certifier.Certify({++n}, ViewRecord(Node(2), 2, LeaveOf(Node(2))));
  while (n < 20) {
    const auto number = static_cast<uint64_t>(n);
    const NodeId source = n % 2 == 0 ? Node(1) : Node(3);
    certifier.Certify({n + 1}, OfType(n == 15 ? RecordType::kIsolated : RecordType::kWriteSet,
                                      WriteSet(source, number, n,
                                               {{number % 3, KeyType::kUpdate},
                                                {number, KeyType::kExclusive},
                                                {99, KeyType::kShared}})));
    ++n;
  }
  return certifier;
}

void Reseal(Bytes& bytes) {
  const uint64_t checksum = Hash64(ByteView(bytes).first(bytes.size() - 8), 0);
  std::memcpy(bytes.data() + bytes.size() - 8, &checksum, 8);
}

TEST(CertifierState, AnEmptyOneIsSavedAndLoaded) {
  const Certifier empty(65536);
  const Result<Certifier> loaded = Certifier::Load(empty.Save());
  ASSERT_TRUE(loaded.ok()) << loaded.status().ToString();
  EXPECT_EQ(loaded->seqno(), Seqno::Zero());
  EXPECT_EQ(loaded->window(), 65536u);
  EXPECT_EQ(loaded->RunningDigest(), 0u);
  EXPECT_EQ(loaded->StateDigest(), empty.StateDigest());
}

TEST(CertifierState, KeepsWhatCanBeAsked) {
  const Certifier saved = Sample();
  const Result<Certifier> loaded = Certifier::Load(saved.Save());
  ASSERT_TRUE(loaded.ok()) << loaded.status().ToString();
  EXPECT_EQ(loaded->seqno(), Seqno{20});
  EXPECT_EQ(loaded->view(), saved.view());
  EXPECT_EQ(loaded->RunningDigest(), saved.RunningDigest());
  EXPECT_EQ(loaded->StateDigest(), saved.StateDigest());
  EXPECT_GT(loaded->key_count(), 8u);
}

TEST(CertifierState, OneOfAnotherSeqnoOrWindowIsRefusedWhereTheyAreKnown) {
  const Bytes saved = Sample().Save();
  EXPECT_TRUE(Certifier::LoadAt(saved, Seqno{20}, 8).ok());
  EXPECT_EQ(Certifier::LoadAt(saved, Seqno{19}, 8).status().code(), Code::kCorruption);
  EXPECT_EQ(Certifier::LoadAt(saved, Seqno{20}, 9).status().code(), Code::kCorruption);
}

TEST(CertifierState, ACopyIsEqualAndGoesItsOwnWay) {
  Certifier original = Sample();
  Certifier copy = original.Copy();
  EXPECT_TRUE(copy.Save() == original.Save());
  const Bytes before = original.Save();
  for (int64_t n = 20; n < 60; ++n) {  // several generations
    const auto number = static_cast<uint64_t>(n);
    copy.Certify({n + 1}, WriteSet(Node(1), number, n, {{number, KeyType::kExclusive}}));
  }
  EXPECT_TRUE(original.Save() == before);
  for (int64_t n = 20; n < 60; ++n) {
    const auto number = static_cast<uint64_t>(n);
    original.Certify({n + 1}, WriteSet(Node(1), number, n, {{number, KeyType::kExclusive}}));
  }
  EXPECT_TRUE(copy.Save() == original.Save());
}

TEST(CertifierState, RequestNumbersAndFormerMembersSurvive) {
  Result<Certifier> loaded = Certifier::Load(Sample().Save());
  ASSERT_TRUE(loaded.ok());
  EXPECT_EQ(loaded->Certify({21}, WriteSet(Node(3), 19, 20, {})).verdict, Verdict::kRepeat);
  EXPECT_EQ(loaded->Certify({22}, JoinRecord(Node(2))).verdict, Verdict::kRefused);
}

TEST(CertifierState, EveryFlippedBitIsCorruption) {
  const Bytes good = Sample().Save();
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    Bytes bad = good;
    bad[bit / 8] ^= std::byte{1} << (bit % 8);
    ASSERT_EQ(Certifier::Load(bad).status().code(), Code::kCorruption) << "bit " << bit;
  }
}

TEST(CertifierState, EveryTruncationIsCorruption) {
  const Bytes good = Sample().Save();
  for (size_t length = 0; length < good.size(); ++length) {
    ASSERT_EQ(Certifier::Load(ByteView(good).first(length)).status().code(), Code::kCorruption)
        << length << " bytes";
  }
  Bytes longer = good;
  longer.push_back(std::byte{0});
  EXPECT_EQ(Certifier::Load(longer).status().code(), Code::kCorruption);
}

TEST(CertifierState, ANewerVersionIsUnsupported) {
  Bytes bytes = Sample().Save();
  bytes[8] = std::byte{3};
  Reseal(bytes);
  const Status status = Certifier::Load(bytes).status();
  EXPECT_EQ(status.code(), Code::kUnsupported);
  EXPECT_NE(status.message().find("version 3 is newer"), std::string::npos) << status.ToString();
}

// Version 1 lacks the last isolated statement, 8 bytes after the barrier.
TEST(CertifierState, AnOlderVersionTakesTheBarrierForTheLastIsolatedStatement) {
  const Bytes now = Sample().Save();
  Bytes old(now.begin(), now.begin() + 32);
  old.insert(old.end(), now.begin() + 40, now.end());
  old[8] = std::byte{1};
  Reseal(old);
  Result<Certifier> loaded = Certifier::Load(old);
  ASSERT_TRUE(loaded.ok()) << loaded.status().ToString();
  EXPECT_EQ(loaded->Save(), now) << "the barrier of this one is an isolated statement";
}

// With the checksum made good, what is accepted must be a state that saves to the very same bytes.
TEST(CertifierState, ADamagedStateWithAGoodChecksumIsRefusedOrCanonical) {
  const Bytes good = Sample().Save();
  size_t refused = 0;
  for (size_t bit = 0; bit < (good.size() - 8) * 8; ++bit) {
    Bytes bad = good;
    bad[bit / 8] ^= std::byte{1} << (bit % 8);
    Reseal(bad);
    Result<Certifier> loaded = Certifier::Load(bad);
    if (!loaded.ok()) {
      ++refused;
      continue;
    }
    ASSERT_EQ(loaded->Save(), bad) << "bit " << bit;
    ASSERT_NE(loaded->StateDigest(), Sample().StateDigest()) << "bit " << bit;
    loaded->Certify(loaded->seqno().Next(), WriteSet(Node(1), 1000, 0, {{1, KeyType::kUpdate}}));
  }
  EXPECT_GT(refused, 500u);
}

// A claim by a former member of a later seqno than its departure would outlive the reservation of
// its source number; found by the fuzzer.
TEST(CertifierState, AClaimMadeAfterItsSourceDepartedIsRefused) {
  Certifier certifier(100);
  certifier.Certify({1}, JoinRecord(Node(1)));
  certifier.Certify({2}, JoinRecord(Node(2)));
  certifier.Certify({3}, WriteSet(Node(2), 2, 2, {{7, KeyType::kUpdate}}));
  certifier.Certify({4}, ViewRecord(Node(2), 3, LeaveOf(Node(2))));
  certifier.Certify({5}, WriteSet(Node(1), 2, 4, {}));
  const Bytes good = certifier.Save();
  ASSERT_TRUE(Certifier::Load(good).ok());
  // The only claim's word lies just before the checksum; its seqno counts from 5 + 1 - 100.
  const auto with_claim_at = [&](uint64_t seqno) {
    Bytes bytes = good;
    uint64_t word = 0;
    std::memcpy(&word, bytes.data() + bytes.size() - 16, sizeof(word));
    const uint64_t offset = seqno + 94;
    word = (word >> 40 << 40) | offset << 20 | offset;
    std::memcpy(bytes.data() + bytes.size() - 16, &word, sizeof(word));
    Reseal(bytes);
    return bytes;
  };
  EXPECT_EQ(with_claim_at(3), good);
  EXPECT_TRUE(Certifier::Load(with_claim_at(2)).ok());
  EXPECT_EQ(Certifier::Load(with_claim_at(4)).status().code(), Code::kCorruption);
  EXPECT_EQ(Certifier::Load(with_claim_at(5)).status().code(), Code::kCorruption);
}

TEST(CertifierState, EqualHistoriesGiveEqualBytes) {
  EXPECT_EQ(Sample().Save(), Sample().Save());
  EXPECT_NE(Sample(8).StateDigest(), Sample(9).StateDigest());
}

}  // namespace
}  // namespace borealis::certification

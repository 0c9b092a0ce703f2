#include "node/tls_authority.h"

#include <gtest/gtest.h>

#include "encryption/testing.h"
#include "storage/memory/memory_backend.h"

namespace borealis::node {
namespace {

const Uuid kVolume = Uuid::FromRandom(1, 2);
const KeyPair kAuthority = {"certificate", "the key of the authority"};

TEST(TlsAuthority, IsReadAsItWasWritten) {
  const StoredAuthority stored = SealAuthority(kAuthority, kVolume, nullptr);
  const auto decoded = DecodeAuthority(EncodeAuthority({.signer = stored}));
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(*decoded, AuthorityState{.signer = stored});
  const auto opened = OpenAuthority(decoded->signer, kVolume, nullptr);
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(opened->certificate, kAuthority.certificate);
  EXPECT_EQ(opened->key, kAuthority.key);
}

TEST(TlsAuthority, DamageIsFoundWhereverItIs) {
  const StoredAuthority stored = SealAuthority(kAuthority, kVolume, nullptr);
  for (const AuthorityState& state :
       {AuthorityState{.signer = stored}, AuthorityState{.signer = stored, .next = stored},
        AuthorityState{.signer = stored, .former = "former"}}) {
    const Bytes whole = EncodeAuthority(state);
    EXPECT_EQ(DecodeAuthority(whole).value(), state);
    for (size_t at = 0; at < whole.size(); ++at) {
      Bytes bytes = whole;
      bytes[at] ^= std::byte{1};
      EXPECT_FALSE(DecodeAuthority(bytes).ok()) << at;
      EXPECT_FALSE(DecodeAuthority(ByteView(whole).first(at)).ok()) << at;
    }
  }
}

TEST(TlsAuthority, IsReplacedInThreeStepsInThisOrder) {
  using Step = AuthorityStep;
  const StoredAuthority next = SealAuthority({"next", "its key"}, kVolume, nullptr);
  const AuthorityState old{.signer = SealAuthority(kAuthority, kVolume, nullptr)};
  const auto taken = [&](const AuthorityState& state, Step step) {
    return TakeStep(state, step, next);
  };
  const auto refused = [&](const AuthorityState& state, std::initializer_list<Step> steps) {
    for (const Step step : steps) {
      EXPECT_EQ(taken(state, step).status().code(), Code::kInvalidArgument);
    }
  };
  refused(old, {Step::kSwitch, Step::kFinish, Step::kAbandon});
  const AuthorityState begun = taken(old, Step::kBegin).value();
  EXPECT_EQ(begun.signer, old.signer);
  EXPECT_EQ(begun.Trusted(), "certificatenext");
  refused(begun, {Step::kBegin, Step::kFinish});
  EXPECT_EQ(taken(begun, Step::kAbandon).value(), old);
  const AuthorityState switched = taken(begun, Step::kSwitch).value();
  EXPECT_EQ(switched.signer, next);
  EXPECT_EQ(switched.Trusted(), "nextcertificate");
  refused(switched, {Step::kBegin, Step::kSwitch, Step::kAbandon});
  EXPECT_EQ(AsText(EncodeAuthority(switched)).find(kAuthority.key), std::string_view::npos);
  const AuthorityState finished = taken(switched, Step::kFinish).value();
  EXPECT_EQ(finished, AuthorityState{.signer = next});
}

TEST(TlsAuthority, AnEncryptedVolumeKeepsItsKeyEncrypted) {
  const auto volume = storage::MemoryVolume::Create({});
  const auto backend = volume->Attach();
  const auto keys = encryption::testing::MakeTestKeys(*backend, kVolume);
  const StoredAuthority stored = SealAuthority(kAuthority, kVolume, keys.get());
  const Bytes bytes = EncodeAuthority({.signer = stored});
  EXPECT_EQ(AsText(bytes).find(kAuthority.key), std::string_view::npos);
  const auto opened = OpenAuthority(stored, kVolume, keys.get());
  ASSERT_TRUE(opened.ok()) << opened.status().message();
  EXPECT_EQ(opened->key, kAuthority.key);
  EXPECT_EQ(OpenAuthority(stored, kVolume, nullptr).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(OpenAuthority(stored, Uuid(), keys.get()).status().code(), Code::kCorruption);
}

}  // namespace
}  // namespace borealis::node

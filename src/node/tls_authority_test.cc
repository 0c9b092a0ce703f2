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
  const auto decoded = DecodeAuthority(EncodeAuthority(stored));
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(*decoded, stored);
  const auto opened = OpenAuthority(*decoded, kVolume, nullptr);
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(opened->certificate, kAuthority.certificate);
  EXPECT_EQ(opened->key, kAuthority.key);
}

TEST(TlsAuthority, DamageIsFoundWhereverItIs) {
  const Bytes whole = EncodeAuthority(SealAuthority(kAuthority, kVolume, nullptr));
  for (size_t at = 0; at < whole.size(); ++at) {
    Bytes bytes = whole;
    bytes[at] ^= std::byte{1};
    EXPECT_FALSE(DecodeAuthority(bytes).ok()) << at;
    EXPECT_FALSE(DecodeAuthority(ByteView(whole).first(at)).ok()) << at;
  }
}

TEST(TlsAuthority, AnEncryptedVolumeKeepsItsKeyEncrypted) {
  const auto volume = storage::MemoryVolume::Create({});
  const auto backend = volume->Attach();
  const auto keys = encryption::testing::MakeTestKeys(*backend, kVolume);
  const StoredAuthority stored = SealAuthority(kAuthority, kVolume, keys.get());
  const Bytes bytes = EncodeAuthority(stored);
  EXPECT_EQ(AsText(bytes).find(kAuthority.key), std::string_view::npos);
  const auto opened = OpenAuthority(stored, kVolume, keys.get());
  ASSERT_TRUE(opened.ok()) << opened.status().message();
  EXPECT_EQ(opened->key, kAuthority.key);
  EXPECT_EQ(OpenAuthority(stored, kVolume, nullptr).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(OpenAuthority(stored, Uuid(), keys.get()).status().code(), Code::kCorruption);
}

}  // namespace
}  // namespace borealis::node

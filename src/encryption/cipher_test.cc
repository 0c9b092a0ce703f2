#include "encryption/cipher.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>

namespace borealis::encryption {
namespace {

Bytes FromHex(std::string_view hex) {
  Bytes bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::byte>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}
std::string Hex(ByteView bytes) {
  std::string hex;
  for (const std::byte b : bytes) hex += fmt::format("{:02x}", std::to_integer<int>(b));
  return hex;
}

TEST(CipherTest, GcmGivesTheValuesOfItsSpecification) {  // its test cases 13 and 14
  {
    Gcm gcm(Gcm::Mode::kSeal, Secret::Of(Bytes(32)), Nonce{});
    EXPECT_EQ(Hex(gcm.Seal()), "530f8afbc74536b9a963b4f1c4cb738b");
  }
  Bytes bytes(16);
  Gcm gcm(Gcm::Mode::kSeal, Secret::Of(Bytes(32)), Nonce{});
  gcm.Run(bytes, bytes);
  EXPECT_EQ(Hex(bytes), "cea7403d4d606b6e074ec5d3baf39d18");
  EXPECT_EQ(Hex(gcm.Seal()), "d0d1c8a799996bf0265b98b5d48ab919");
}

TEST(CipherTest, DeriveGivesTheValuesOfRfc5869) {  // its test case 1, the first 32 bytes
  const Bytes info = FromHex("f0f1f2f3f4f5f6f7f8f9");
  const Secret key =
      Derive(Bytes(22, std::byte{0x0b}), FromHex("000102030405060708090a0b0c"), AsText(info));
  EXPECT_EQ(Hex(key.bytes()), "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
}

TEST(CipherTest, MacIsHmacSha256) {
  // printf 'what do ya want for nothing?' | openssl dgst -sha256 -mac HMAC -macopt hexkey:<64
  // zeros>
  const Mac mac(Secret::Of(Bytes(32)));
  const uint64_t whole = mac.Of({AsBytes("what do ya want for nothing?")});
  EXPECT_EQ(mac.Of({AsBytes("what do ya "), AsBytes("want for nothing?")}), whole);
  EXPECT_EQ(Hex(std::as_bytes(std::span(&whole, 1))), "76d9e7194e7dbc3a");
  EXPECT_NE(Mac(Secret::Random()).Of({AsBytes("what do ya want for nothing?")}), whole);
}

TEST(CipherTest, AMessageInPiecesIsTheSameMessage) {
  const Secret key = Secret::Random();
  const Bytes plain(1000, std::byte{'p'});
  Bytes sealed(plain.size());
  Gcm seal(Gcm::Mode::kSeal, key, NonceOf(7));
  seal.AddData(AsBytes("ab"));
  seal.Run(plain, sealed);
  const Tag tag = seal.Seal();
  Gcm open(Gcm::Mode::kOpen, key, NonceOf(7));
  open.AddData(AsBytes("a"));
  open.AddData(AsBytes("b"));
  Bytes opened(plain.size());
  for (size_t at = 0; at < sealed.size(); at += 13) {
    const size_t length = std::min<size_t>(13, sealed.size() - at);
    open.Run(ByteView(sealed).subspan(at, length), std::span(opened).subspan(at, length));
  }
  EXPECT_TRUE(open.Open(tag));
  EXPECT_EQ(opened, plain);
}

TEST(CipherTest, ABoxOpensUnderItsKeyPurposeAndDataOnly) {
  const Secret key = Secret::Random();
  const Bytes plain(100, std::byte{'s'});
  const Bytes box = SealBox(key, "purpose", AsBytes("data"), plain);
  EXPECT_EQ(box.size(), plain.size() + kBoxBytes);
  EXPECT_EQ(*OpenBox(key, "purpose", AsBytes("data"), box), plain);
  EXPECT_EQ(OpenBox(Secret::Random(), "purpose", AsBytes("data"), box).status().code(),
            Code::kCorruption);
  EXPECT_FALSE(OpenBox(key, "another", AsBytes("data"), box).ok());
  EXPECT_FALSE(OpenBox(key, "purpose", AsBytes("atad"), box).ok());
  for (size_t i = 0; i < box.size(); ++i) {
    Bytes bad = box;
    bad[i] ^= std::byte{1};
    EXPECT_FALSE(OpenBox(key, "purpose", AsBytes("data"), bad).ok()) << i;
    EXPECT_FALSE(OpenBox(key, "purpose", AsBytes("data"), ByteView(box).first(i)).ok()) << i;
  }
  EXPECT_NE(SealBox(key, "purpose", AsBytes("data"), plain), box);  // a salt of its own
}

TEST(CipherTest, ASessionNeverCountsTheSameTwice) {
  Session session(Secret::Random(), "test");
  constexpr int kThreads = 4;
  constexpr int kEach = 1000;
  std::vector<std::vector<uint64_t>> taken(kThreads);
  std::vector<std::thread> threads;
  for (auto& mine : taken) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) mine.push_back(session.NextCounter());
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::set<uint64_t> all;
  for (const auto& mine : taken) all.insert(mine.begin(), mine.end());
  EXPECT_EQ(all.size(), size_t{kThreads} * kEach);
  EXPECT_NE(Session(Secret::Random(), "test").salt(), session.salt());
}

}  // namespace
}  // namespace borealis::encryption

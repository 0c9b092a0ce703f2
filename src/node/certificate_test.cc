#include "node/certificate.h"

#include <gtest/gtest.h>

namespace borealis::node {
namespace {

constexpr int64_t kNowUs = 1'800'000'000'000'000;
constexpr int64_t kUsPerDay = 86'400'000'000;
const std::vector<std::string> kNames = {"node1", "127.0.0.11", "db.example.org", "::1"};

class CertificateTest : public testing::Test {
 protected:
  const KeyPair authority_ = MakeAuthority("cluster", kNowUs).value();
  const KeyPair pair_ = MakeCertificate(authority_, kNames, kNowUs).value();
};

TEST_F(CertificateTest, IsOfItsAuthorityAndHasAllNames) {
  const auto facts = CheckCertificate(authority_.certificate, pair_);
  ASSERT_TRUE(facts.ok()) << facts.status().message();
  EXPECT_EQ(facts->names,
            (std::vector<std::string>{"127.0.0.11", "::1", "db.example.org", "node1"}));
  EXPECT_EQ(facts->ends_us, kNowUs + kCertificateDays * kUsPerDay);
}

TEST_F(CertificateTest, OfAnotherAuthorityOrKeyIsRefused) {
  const KeyPair other = MakeAuthority("cluster", kNowUs).value();
  EXPECT_FALSE(CheckCertificate(other.certificate, pair_).ok());
  EXPECT_FALSE(CheckCertificate(authority_.certificate, {pair_.certificate, other.key}).ok());
  EXPECT_FALSE(CheckCertificate(authority_.certificate, {"", ""}).ok());
  EXPECT_TRUE(CheckCertificate(other.certificate + authority_.certificate, pair_).ok());
  EXPECT_FALSE(CheckCertificate("", pair_).ok());
}

TEST_F(CertificateTest, IsCurrentForTheseNamesUntilItIsAboutToEnd) {
  const auto current = [&](const std::vector<std::string>& names, int days) {
    return IsCurrent(authority_.certificate, pair_, names, kNowUs + days * kUsPerDay);
  };
  EXPECT_TRUE(current(kNames, 0));
  EXPECT_TRUE(current({"::1", "node1", "db.example.org", "127.0.0.11"}, 0));
  EXPECT_FALSE(current({"node1"}, 0));
  EXPECT_TRUE(current(kNames, kCertificateDays - kRenewDays - 1));
  EXPECT_FALSE(current(kNames, kCertificateDays - kRenewDays));
}

TEST_F(CertificateTest, WhatIsNoNameIsRefused) {
  for (const char* name : {"", "a b", "a,DNS:evil", "a\nb", "x:y", "999.1.1.1:3306"}) {
    EXPECT_EQ(MakeCertificate(authority_, {name}, kNowUs).status().code(), Code::kInvalidArgument)
        << name;
  }
  EXPECT_FALSE(MakeCertificate(authority_, {}, kNowUs).ok());
  EXPECT_FALSE(MakeCertificate({"", ""}, kNames, kNowUs).ok());
}

}  // namespace
}  // namespace borealis::node

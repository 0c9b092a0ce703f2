#include "control/api/authenticate.h"

#include <gtest/gtest.h>

namespace borealis::control {
namespace {

constexpr int64_t kNowUs = 1'767'225'600'000'000;  // 2026-01-01T00:00:00Z

class AuthenticateTest : public testing::Test {
 protected:
  HttpRequest Sign(const std::string& key, const std::string& secret, const std::string& stamp,
                   const std::string& scope = "r/rds",
                   const std::string& names = "host;x-amz-date") {
    HttpRequest request{
        "POST", "/", {{"host", "h"}, {"x-amz-date", stamp}}, "Action=A", "127.0.0.1"};
    const std::string head = "AWS4-HMAC-SHA256 Credential=" + key + "/" + stamp.substr(0, 8) + "/" +
                             scope + "/aws4_request, SignedHeaders=" + names + ", Signature=";
    const auto parsed = ParseAuthorization(head + std::string(64, '0'));
    EXPECT_TRUE(parsed.ok());
    request.headers.emplace_back("authorization",
                                 head + ExpectedSignature(request, *parsed, secret));
    return request;
  }
  // The code of the refusal; empty: accepted.
  std::string Check(const HttpRequest& request, const char* action = "CreateX",
                    int64_t now_us = kNowUs) {
    const auto checked = authenticator_.Check(request, action, now_us);
    const auto* error = std::get_if<ApiError>(&checked);
    return error == nullptr ? "" : error->code;
  }

  Authenticator authenticator_{"r", [](const std::string& id) -> std::optional<AccessKey> {
                                 if (id == "KEY") return AccessKey{id, "secret", "", false, 0};
                                 if (id == "READER") return AccessKey{id, "other", "", true, 0};
                                 return std::nullopt;
                               }};
};

TEST_F(AuthenticateTest, GoodOnesPassAndBadOnesSayWhy) {
  EXPECT_EQ(Check(Sign("KEY", "secret", "20260101T000000Z")), "");
  EXPECT_EQ(Check(Sign("KEY", "secreT", "20260101T000000Z")), "SignatureDoesNotMatch");
  EXPECT_EQ(Check(Sign("NONE", "secret", "20260101T000000Z")), "InvalidClientTokenId");
  EXPECT_EQ(Check(Sign("KEY", "secret", "20260101T000000Z", "s/rds")), "SignatureDoesNotMatch");
  EXPECT_EQ(Check(Sign("KEY", "secret", "20260101T000000Z", "r/s3")), "SignatureDoesNotMatch");
  EXPECT_EQ(Check(HttpRequest{"POST", "/", {}, "", ""}), "MissingAuthenticationToken");
}

TEST_F(AuthenticateTest, TimeMustBeNearAndSigned) {
  EXPECT_EQ(Check(Sign("KEY", "secret", "20260101T000459Z")), "");
  EXPECT_EQ(Check(Sign("KEY", "secret", "20260101T000501Z")), "SignatureDoesNotMatch");
  EXPECT_EQ(Check(Sign("KEY", "secret", "20251231T235501Z")), "");
  EXPECT_EQ(Check(Sign("KEY", "secret", "20251231T235459Z")), "SignatureDoesNotMatch");
  EXPECT_EQ(Check(Sign("KEY", "secret", "20260101T000000Z", "r/rds", "x-amz-date")),
            "IncompleteSignature");
  EXPECT_EQ(Check(Sign("KEY", "secret", "20260101T000000Z", "r/rds", "host")),
            "IncompleteSignature");
}

TEST_F(AuthenticateTest, AChangeIsTakenOnce) {
  const HttpRequest request = Sign("KEY", "secret", "20260101T000000Z");
  EXPECT_EQ(Check(request), "");
  EXPECT_EQ(Check(request), "SignatureDoesNotMatch");
  EXPECT_EQ(Check(request, "CreateX", kNowUs + kClockSkewUsMax - 1), "SignatureDoesNotMatch");
}

TEST_F(AuthenticateTest, AReadMayHaveATwinAtThatMomentOnly) {
  const HttpRequest request = Sign("KEY", "secret", "20260101T000000Z");
  EXPECT_EQ(Check(request, "DescribeX"), "");
  EXPECT_EQ(Check(request, "DescribeX", kNowUs + 1'000'000), "");
  EXPECT_EQ(Check(request, "DescribeX", kNowUs + 3'000'000), "SignatureDoesNotMatch");
}

TEST_F(AuthenticateTest, AReadOnlyKeyLooksOnly) {
  EXPECT_EQ(Check(Sign("READER", "other", "20260101T000000Z"), "DescribeX"), "");
  EXPECT_EQ(Check(Sign("READER", "other", "20260101T000001Z"), "CreateX"), "AccessDenied");
  EXPECT_EQ(Check(Sign("READER", "other", "20260101T000002Z"), "describeX"), "AccessDenied");
  EXPECT_EQ(Check(Sign("READER", "other", "20260101T000003Z"), ""), "AccessDenied");
}

TEST(ReplayGuard, ForgetsWhatHasExpiredAndKeepsItsBound) {
  ReplayGuard guard;
  EXPECT_TRUE(guard.Accept("a", false, 0, 10));
  EXPECT_FALSE(guard.Accept("a", false, 10, 20));
  EXPECT_TRUE(guard.Accept("a", false, 11, 20));
  for (size_t i = 1; i < ReplayGuard::kSignaturesMax; ++i) {
    guard.Accept(std::to_string(i), true, 12, 20);
  }
  EXPECT_FALSE(guard.Accept("full", false, 12, 20));
  EXPECT_TRUE(guard.Accept("full", true, 12, 20));
  EXPECT_TRUE(guard.Accept("room again", false, 21, 30));
}

}  // namespace
}  // namespace borealis::control

#include "control/api/signature.h"

#include <gtest/gtest.h>

namespace borealis::control {
namespace {

constexpr char kHash[] = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";

std::string Header(const std::string& credential, const std::string& names,
                   const std::string& signature) {
  return "AWS4-HMAC-SHA256 Credential=" + credential + ", SignedHeaders=" + names +
         ", Signature=" + signature;
}

TEST(Signature, IsThatOfAwsOwnExample) {
  // AWS, "Examples of the complete Signature Version 4 signing process": IAM ListUsers.
  HttpRequest request;
  request.method = "GET";
  request.target = "/?Action=ListUsers&Version=2010-05-08";
  request.headers = {{"host", "iam.amazonaws.com"},
                     {"content-type", "application/x-www-form-urlencoded; charset=utf-8"},
                     {"x-amz-date", "20150830T123600Z"}};
  const auto authorization = ParseAuthorization(Header(
      "AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request", "content-type;host;x-amz-date", kHash));
  ASSERT_TRUE(authorization.ok()) << authorization.status().ToString();
  EXPECT_EQ(ExpectedSignature(request, *authorization, "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
            kHash);
}

TEST(Signature, HangsOnEverythingThatIsSigned) {
  HttpRequest request{
      "POST", "/", {{"host", "h"}, {"x-amz-date", "20260101T000000Z"}}, "Action=A", ""};
  const auto authorization =
      ParseAuthorization(Header("K/20260101/r/rds/aws4_request", "host;x-amz-date", kHash));
  ASSERT_TRUE(authorization.ok());
  const std::string signature = ExpectedSignature(request, *authorization, "secret");
  EXPECT_NE(signature, ExpectedSignature(request, *authorization, "secreT"));
  const auto differs = [&](auto change) {
    HttpRequest other = request;
    change(other);
    return ExpectedSignature(other, *authorization, "secret") != signature;
  };
  EXPECT_TRUE(differs([](HttpRequest& r) { r.body += " "; }));
  EXPECT_TRUE(differs([](HttpRequest& r) { r.method = "PUT"; }));
  EXPECT_TRUE(differs([](HttpRequest& r) { r.target = "/x"; }));
  EXPECT_TRUE(differs([](HttpRequest& r) { r.target = "/?a=b"; }));
  EXPECT_TRUE(differs([](HttpRequest& r) { r.headers[0].second = "i"; }));
  EXPECT_TRUE(differs([](HttpRequest& r) { r.headers[1].second = "20260101T000001Z"; }));
  EXPECT_FALSE(differs([](HttpRequest& r) { r.headers.emplace_back("user-agent", "x"); }));
  EXPECT_FALSE(differs([](HttpRequest& r) { r.headers[0].second = "  h "; }));
}

TEST(Authorization, RefusesWhatIsNotWhole) {
  const std::string credential = "K/20260101/r/rds/aws4_request";
  EXPECT_TRUE(ParseAuthorization(Header(credential, "host", kHash)).ok());
  for (const std::string& bad :
       {std::string(), std::string("Basic eA=="), std::string("AWS4-HMAC-SHA256"),
        std::string("AWS4-HMAC-SHA256 Credential=") + credential,
        Header("K/20260101/r/rds", "host", kHash),
        Header("K/2026/r/rds/aws4_request", "host", kHash),
        Header("K//r/rds/aws4_request", "host", kHash),
        Header("K<x>/20260101/r/rds/aws4_request", "host", kHash),
        Header(credential, "Host", kHash), Header(credential, "x-amz-date;host", kHash),
        Header(credential, "host;host", kHash), Header(credential, "", kHash),
        Header(credential, "host", "abc"), Header(credential, "host", std::string(64, 'A')),
        Header(credential, "host", kHash) + ", Signature=" + kHash}) {
    EXPECT_FALSE(ParseAuthorization(bad).ok()) << bad;
  }
}

TEST(AmzDate, IsReadStrictly) {
  EXPECT_EQ(*ParseAmzDate("20150830T123600Z"), 1'440'938'160'000'000);
  for (const char* bad : {"", "20150830T123600", "2015-08-30T12:36Z", "20151330T123600Z",
                          "20150830T243600Z", "2015083AT123600Z", "20150830 123600Z"}) {
    EXPECT_FALSE(ParseAmzDate(bad).ok()) << bad;
  }
}

TEST(EqualInConstantTime, ComparesAll) {
  EXPECT_TRUE(EqualInConstantTime("abc", "abc"));
  EXPECT_FALSE(EqualInConstantTime("abc", "abd"));
  EXPECT_FALSE(EqualInConstantTime("abc", "ab"));
}

}  // namespace
}  // namespace borealis::control

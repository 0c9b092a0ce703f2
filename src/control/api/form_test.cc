#include "control/api/form.h"

#include <gtest/gtest.h>

namespace borealis::control {
namespace {

TEST(Form, ReadsWhatClientsSend) {
  const auto form =
      DecodeForm("Action=CreateDBCluster&Tags.Tag.1.Key=a%26b&Note=x+y%20z&Empty=&Bare");
  ASSERT_TRUE(form.ok());
  EXPECT_EQ(form->at("Action"), "CreateDBCluster");
  EXPECT_EQ(form->at("Tags.Tag.1.Key"), "a&b");
  EXPECT_EQ(form->at("Note"), "x y z");
  EXPECT_EQ(form->at("Empty"), "");
  EXPECT_EQ(form->at("Bare"), "");
}

TEST(Form, RefusesWhatIsNoForm) {
  for (const char* body : {"a=%4", "a=%", "a=%zz", "a=%00", "a=%ff", "a=%c0%80", "a=%ed%a0%80",
                           "=x", "a=1&a=2", "a=%f4%90%80%80"}) {
    EXPECT_EQ(DecodeForm(body).status().code(), Code::kInvalidArgument) << body;
  }
}

TEST(Form, IsBounded) {
  EXPECT_FALSE(DecodeForm(std::string(kFormBytesMax + 1, 'a')).ok());
  EXPECT_FALSE(DecodeForm(std::string(kFieldNameBytesMax + 1, 'a')).ok());
  std::string many;
  for (size_t i = 0; i <= kFormFieldsMax; ++i) many += "f" + std::to_string(i) + "=&";
  EXPECT_FALSE(DecodeForm(many).ok());
}

TEST(Form, WhatIsEncodedDecodesToTheSame) {
  const Form form = {{"a", "1 + 1 = 2 & \xc3\xa9"}, {"b.c", ""}, {"d", "\n\t%"}};
  EXPECT_EQ(*DecodeForm(EncodeForm(form)), form);
}

TEST(Utf8, AcceptsEveryLengthAndNothingElse) {
  EXPECT_TRUE(IsUtf8("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"));
  for (const char* bad : {"\x80", "\xc3", "\xc1\x81", "\xe0\x80\x80", "\xf5\x80\x80\x80", "\xff"}) {
    EXPECT_FALSE(IsUtf8(bad));
  }
}

}  // namespace
}  // namespace borealis::control

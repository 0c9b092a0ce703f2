#include "storage/names.h"

#include <gtest/gtest.h>

#include "storage/backend.h"

namespace borealis::storage {
namespace {

TEST(NamesTest, AcceptsExactlyTheAllowedCharacters) {
  for (int c = 0; c < 256; ++c) {
    const std::string name(1, static_cast<char>(c));
    const bool allowed =
        (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    EXPECT_EQ(CheckRegisterName(name).ok(), allowed) << c;
    EXPECT_EQ(CheckBlobName(name).ok(), allowed) << c;
  }
}

TEST(NamesTest, LimitsTheLength) {
  EXPECT_FALSE(CheckRegisterName("").ok());
  EXPECT_TRUE(CheckRegisterName(std::string(64, 'a')).ok());
  EXPECT_FALSE(CheckRegisterName(std::string(65, 'a')).ok());
  EXPECT_FALSE(CheckBlobName("").ok());
  EXPECT_TRUE(CheckBlobName(std::string(128, 'a')).ok());
  EXPECT_FALSE(CheckBlobName(std::string(129, 'a')).ok());
}

TEST(NamesTest, MessageIsOneLineWhateverTheName) {
  const Status status = CheckBlobName(std::string("a\n\x01") + std::string(100'000, 'X'));
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_EQ(status.message().find('\n'), std::string::npos);
  EXPECT_LT(status.message().size(), 300u);
}

TEST(NamesTest, LimitsValues) {
  EXPECT_TRUE(CheckRegisterValue("r", Bytes(Backend::kRegisterBytesMax)).ok());
  EXPECT_FALSE(CheckRegisterValue("r", Bytes(Backend::kRegisterBytesMax + 1)).ok());
  EXPECT_TRUE(CheckHintValue("h", Bytes(kHintBytesMax)).ok());
  EXPECT_FALSE(CheckHintValue("h", Bytes(kHintBytesMax + 1)).ok());
}

}  // namespace
}  // namespace borealis::storage

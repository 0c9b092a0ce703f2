#include "storage/register_format.h"

#include <gtest/gtest.h>

#include "base/codec.h"

namespace borealis::storage {
namespace {

constexpr RegisterFormat kFormat = {.name = "x", .magic = 7, .version = 2, .seed = 9};

Code CodeOf(const RegisterFormat& format, ByteView bytes) {
  return RegisterBody(format, bytes).status().code();
}

TEST(RegisterFormatTest, RoundTripsAnyBody) {
  for (const std::string_view body : {"", "a", "twelve bytes"}) {
    const Bytes framed = FrameRegister(kFormat, AsBytes(body));
    EXPECT_EQ(AsText(*RegisterBody(kFormat, framed)), body);
  }
}

TEST(RegisterFormatTest, EveryFlippedBitAndEveryCutIsRefused) {
  const Bytes good = FrameRegister(kFormat, AsBytes("body"));
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    Bytes bad = good;
    bad[bit / 8] ^= static_cast<std::byte>(1u << (bit % 8));
    EXPECT_FALSE(RegisterBody(kFormat, bad).ok()) << "bit " << bit;
  }
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_EQ(CodeOf(kFormat, ByteView(good).first(size)), Code::kCorruption) << size;
  }
}

TEST(RegisterFormatTest, ANewerVersionIsUnsupportedAndAnOlderOneIsRead) {
  RegisterFormat other = kFormat;
  other.version = 3;
  EXPECT_EQ(CodeOf(kFormat, FrameRegister(other, {})), Code::kUnsupported);
  for (const uint32_t version : {1u, 2u}) {
    EXPECT_EQ(OpenRegister(kFormat, FrameRegister(kFormat, {}, version))->version, version);
  }
  other.version = 0;
  EXPECT_EQ(CodeOf(kFormat, FrameRegister(other, {})), Code::kCorruption);
}

}  // namespace
}  // namespace borealis::storage

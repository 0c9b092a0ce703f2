#include "provider/payload_buffer.h"

#include <gtest/gtest.h>

#include <random>

namespace borealis::provider {
namespace {

TEST(PayloadBufferTest, HoldsWhatWasAppendedWhateverTheParts) {
  std::mt19937_64 random(7);
  PayloadBuffer buffer;
  for (int round = 0; round < 3; ++round) {
    Bytes expected;
    for (int part = 0; part < 200; ++part) {
      Bytes bytes(random() % 20'000);
      for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
      buffer.Append(bytes);
      expected.insert(expected.end(), bytes.begin(), bytes.end());
    }
    EXPECT_EQ(buffer.size(), expected.size());
    EXPECT_TRUE(AsText(buffer.view()) == AsText(expected));
    buffer.Clear();
    EXPECT_TRUE(buffer.view().empty());
  }
}

}  // namespace
}  // namespace borealis::provider

#include "log/gtid_source.h"

#include <gtest/gtest.h>

#include "storage/memory/memory_backend.h"

namespace borealis::log {
namespace {

constexpr GtidSource kFirst = {.domain = 4294967295, .server = 1};

TEST(GtidSourceTest, RoundTrips) {
  const auto decoded = DecodeGtidSource(EncodeGtidSource(kFirst));
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(*decoded, kFirst);
}

TEST(GtidSourceTest, EveryFlippedBitAndEveryCutIsRefused) {
  const Bytes good = EncodeGtidSource(kFirst);
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    Bytes bad = good;
    bad[bit / 8] ^= static_cast<std::byte>(1u << (bit % 8));
    EXPECT_FALSE(DecodeGtidSource(bad).ok()) << "bit " << bit;
  }
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_EQ(DecodeGtidSource(ByteView(good).first(size)).status().code(), Code::kCorruption);
  }
}

TEST(GtidSourceTest, TheFirstServersAreTheVolumes) {
  const auto volume = storage::MemoryVolume::Create({});
  const auto a = volume->Attach();
  ASSERT_TRUE(a->EndRecovery().ok());
  const auto b = volume->Attach();
  EXPECT_EQ(*AgreeOnGtidSource(*a, kFirst), kFirst);
  EXPECT_EQ(*AgreeOnGtidSource(*b, {.domain = 2, .server = 2}), kFirst);
  EXPECT_EQ(*AgreeOnGtidSource(*a, kFirst), kFirst);
}

}  // namespace
}  // namespace borealis::log

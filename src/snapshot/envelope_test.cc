// Envelope: the payload comes back; any damage, cut or addition shows; a newer version is told
// apart.
#include "snapshot/envelope.h"

#include <gtest/gtest.h>

namespace borealis::snapshot {
namespace {

constexpr EnvelopeFormat kFormat{"BRLSTEST", 2, 0x1234, "test", "file"};
const Bytes kPayload(20, std::byte{7});

TEST(EnvelopeTest, ThePayloadComesBack) {
  const Bytes wrapped = Wrap(kFormat, kPayload);
  const auto unwrapped = Unwrap(kFormat, wrapped);
  ASSERT_TRUE(unwrapped.ok());
  EXPECT_EQ(unwrapped->version, 2u);
  EXPECT_EQ(AsText(unwrapped->payload), AsText(kPayload));
}

TEST(EnvelopeTest, OlderVersionsAreReadNewerOnesNot) {
  EnvelopeFormat other = kFormat;
  other.version = 1;
  EXPECT_EQ(Unwrap(kFormat, Wrap(other, kPayload))->version, 1u);
  other.version = 3;
  const auto newer = Unwrap(kFormat, Wrap(other, kPayload));
  EXPECT_EQ(newer.status().code(), Code::kUnsupported);
  EXPECT_NE(newer.status().message().find("the file has format 3"), std::string::npos);
}

TEST(EnvelopeTest, AnotherSeedOrMagicIsDamage) {
  EnvelopeFormat other = kFormat;
  other.seed = 1;
  EXPECT_EQ(Unwrap(kFormat, Wrap(other, kPayload)).status().code(), Code::kCorruption);
  other = kFormat;
  other.magic = "BRLSTESU";
  EXPECT_EQ(Unwrap(kFormat, Wrap(other, kPayload)).status().code(), Code::kCorruption);
}

TEST(EnvelopeTest, EveryDamagedByteCutAndAdditionShows) {
  const Bytes good = Wrap(kFormat, kPayload);
  for (size_t i = 0; i < good.size(); ++i) {
    Bytes bad = good;
    bad[i] ^= std::byte{0x10};
    EXPECT_FALSE(Unwrap(kFormat, bad).ok()) << i;
    EXPECT_FALSE(Unwrap(kFormat, ByteView(good).first(i)).ok()) << i;
  }
  Bytes longer = good;
  longer.push_back(std::byte{0});
  EXPECT_FALSE(Unwrap(kFormat, longer).ok());
}

}  // namespace
}  // namespace borealis::snapshot

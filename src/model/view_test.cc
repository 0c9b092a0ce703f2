// Claims about views: they round-trip, every cut is refused, limits hold, newer versions are named.
#include "model/view.h"

#include <gtest/gtest.h>

#include "model/random_record.h"

namespace borealis {
namespace {

Member RandomMember(std::mt19937_64& random) {
  Member member;
  member.id.uuid = testing::RandomUuid(random);
  member.slot.value = static_cast<uint16_t>(random() % (kSlotMax + 1));
  member.name = std::string(random() % (kMemberTextMax + 1), 'n');
  member.endpoint = "127.0.0." + std::to_string(random() % 256) + ":3306";
  member.joined.value = static_cast<int64_t>(random() >> 1);
  return member;
}

ViewChange RandomChange(std::mt19937_64& random) {
  ViewChange change;
  change.kind = static_cast<ViewChange::Kind>(1 + random() % 4);
  change.joining = RandomMember(random);
  change.subject.uuid = testing::RandomUuid(random);
  change.subject_joined.value = static_cast<int64_t>(random() % 1000) - 1;
  return change;
}

TEST(ViewTest, ChangesRoundTrip) {
  for (uint64_t seed = 0; seed < 500; ++seed) {
    std::mt19937_64 random(seed);
    const ViewChange change = RandomChange(random);
    const Bytes bytes = EncodeViewChange(change);
    const Result<ViewChange> decoded = DecodeViewChange(bytes);
    ASSERT_TRUE(decoded.ok());
    EXPECT_EQ(decoded->kind, change.kind);
    EXPECT_EQ(decoded->joining, change.joining);
    EXPECT_EQ(decoded->subject, change.subject);
    EXPECT_EQ(decoded->subject_joined, change.subject_joined);
    EXPECT_EQ(EncodeViewChange(*decoded), bytes);
  }
}

TEST(ViewTest, ViewsRoundTripInOrderOfJoining) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    std::mt19937_64 random(seed);
    View view;
    view.seqno.value = static_cast<int64_t>(random() >> 1);
    for (size_t i = 0; i < seed % 17; ++i) view.members.push_back(RandomMember(random));
    const Result<View> decoded = DecodeView(EncodeView(view));
    ASSERT_TRUE(decoded.ok());
    EXPECT_EQ(*decoded, view);
    for (const Member& member : view.members) EXPECT_EQ(*decoded->Find(member.id), member);
    EXPECT_EQ(decoded->Find(NodeId{}), nullptr);
  }
}

TEST(ViewTest, TheBytesAreTheSameInEveryBuild) {
  // A change here is a new format version.
  std::mt19937_64 random(2024);
  EXPECT_EQ(Hash64(EncodeViewChange(RandomChange(random)), 0), 3322613096369653987u);
  View view;
  view.seqno = {77};
  view.members = {RandomMember(random), RandomMember(random)};
  EXPECT_EQ(Hash64(EncodeView(view), 0), 17900872033239180264u);
}

TEST(ViewTest, EveryCutIsRefused) {
  std::mt19937_64 random(3);
  const Bytes change = EncodeViewChange(RandomChange(random));
  for (size_t size = 0; size < change.size(); ++size) {
    EXPECT_EQ(DecodeViewChange(ByteView(change).first(size)).status().code(), Code::kCorruption);
  }
  View view;
  view.members = {RandomMember(random), RandomMember(random)};
  const Bytes bytes = EncodeView(view);
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(DecodeView(ByteView(bytes).first(size)).status().code(), Code::kCorruption);
  }
}

TEST(ViewTest, LimitsHoldForBytesFromOutside) {
  ViewChange change;
  change.joining.name = "a";
  Bytes bytes = EncodeViewChange(change);
  const size_t slot_at = 2 + 1 + 1 + 16 + 8 + 16;
  bytes[slot_at] = std::byte{kSlotMax + 1};
  EXPECT_EQ(DecodeViewChange(bytes).status().code(), Code::kCorruption);
  bytes = EncodeViewChange(change);
  bytes[2] = std::byte{9};  // kind
  EXPECT_EQ(DecodeViewChange(bytes).status().code(), Code::kCorruption);
}

TEST(ViewTest, NewerVersionIsUnsupported) {
  Bytes bytes = EncodeView(View{});
  bytes[0] = std::byte{2};
  EXPECT_EQ(DecodeView(bytes).status().code(), Code::kUnsupported);
}

}  // namespace
}  // namespace borealis

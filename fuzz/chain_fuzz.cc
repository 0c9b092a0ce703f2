// The registers chain, identity, lease, skips and gtid on bytes from outside: what is accepted
// encodes to the same bytes, and a chain that is accepted can be searched.
//
//   first byte % 12   0, 1: chain   2, 3: identity   4, 5: lease   6, 7: skips
//                     8, 9: position of a member   10, 11: gtid; odd: with the checksum made right
#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "log/chain.h"
#include "log/gtid_source.h"
#include "log/identity.h"
#include "log/lease.h"
#include "log/member_position.h"
#include "log/skips.h"

namespace borealis::log {
namespace {

const Uuid kVolume = Uuid::FromRandom(1, 2);

void MakeRight(Bytes& bytes, uint64_t seed) {
  if (bytes.size() < sizeof(uint64_t)) {
    return;
  }
  const size_t at = bytes.size() - sizeof(uint64_t);
  const uint64_t checksum = Hash64(ByteView(bytes).first(at), seed);
  std::memcpy(bytes.data() + at, &checksum, sizeof(checksum));
}

void CheckSame(const Bytes& again, const Bytes& bytes) { CHECK(again == bytes); }

void TryChain(const Bytes& bytes) {
  const Result<Chain> chain = DecodeChain(bytes, kVolume);
  if (!chain.ok()) {
    return;
  }
  CheckSame(EncodeChain(*chain, kVolume), bytes);
  for (const ChainEntry& entry : chain->entries) {
    CHECK(FindEntry(*chain, entry.segment.id) == &entry);
  }
  CHECK(NextEntry(*chain, chain->entries.back().segment.id) == nullptr);
}

void TryIdentity(const Bytes& bytes) {
  const Result<Identity> identity = DecodeIdentity(bytes);
  if (identity.ok()) {
    CheckSame(EncodeIdentity(*identity), bytes);
  }
}

void TryLease(const Bytes& bytes) {
  const Result<LeaseValue> lease = DecodeLease(bytes);
  if (lease.ok()) {
    CheckSame(EncodeLease(*lease), bytes);
  }
}

void TrySkips(const Bytes& bytes) {
  const Result<std::vector<Skip>> skips = DecodeSkips(bytes);
  if (skips.ok()) {
    CheckSame(EncodeSkips(*skips), bytes);
  }
}

void TryGtidSource(const Bytes& bytes) {
  const Result<GtidSource> source = DecodeGtidSource(bytes);
  if (source.ok()) {
    CheckSame(EncodeGtidSource(*source), bytes);
  }
}

void TryMemberPosition(const Bytes& bytes) {
  const Result<MemberPosition> position = DecodeMemberPosition(bytes);
  if (position.ok()) {
    CheckSame(EncodeMemberPosition(*position), bytes);
  }
}

}  // namespace
}  // namespace borealis::log

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace borealis;       // NOLINT(google-build-using-namespace)
  using namespace borealis::log;  // NOLINT(google-build-using-namespace)
  if (size == 0) {
    return 0;
  }
  const ByteView input(reinterpret_cast<const std::byte*>(data) + 1, size - 1);
  Bytes bytes(input.begin(), input.end());
  const int kind = data[0] % 12;
  const uint64_t seeds[] = {ChainSeed(kVolume), kIdentitySeed,       kLeaseSeed,
                            kSkipsSeed,         kMemberPositionSeed, kGtidSourceSeed};
  if (kind % 2 == 1) {
    MakeRight(bytes, seeds[kind / 2]);
  }
  constexpr void (*kTry[])(const Bytes&) = {TryChain, TryIdentity,       TryLease,
                                            TrySkips, TryMemberPosition, TryGtidSource};
  kTry[kind / 2](bytes);
  return 0;
}

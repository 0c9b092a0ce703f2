// Certifier's saved form. All integers little-endian.
//
//   state      := magic "BOREACRT"  u32 version(2)  u32 window  i64 seqno  i64 barrier
//                 i64 isolated  u64 running digest  membership (membership_codec.cc)  claims  u64
//                 checksum
//   claims     := u64 count  (u64 key hash  u64 word)*
//   word       := as in a slot (certification/claim_table.h), seqnos less (seqno + 1 - window)
//   checksum   := Hash64(all bytes before it, seed 0)
//
// isolated: the last isolated statement. Version 1 has none; the barrier, which is not below it,
// stands in: statements that are judged by it (kFlagKnowsIsolated) come from software that writes
// version 2, which has seen all that came before.
//
// Claims: those of the window of the next record only, one per key and type, in ascending order of
// (Spread(key hash), type); so equal states have equal bytes, whatever their tables look like, and
// what Load() accepts is what Save() gives back.
#include <algorithm>
#include <cstring>
#include <span>

#include "certification/certifier.h"
#include "certification/certifier_impl.h"

namespace borealis::certification {
namespace {

constexpr std::string_view kMagic = "BOREACRT";
constexpr uint32_t kVersion = 2;
constexpr uint32_t kVersionWithoutIsolated = 1;
constexpr size_t kChecksumBytes = 8;

Status Corrupt(std::string_view what) {
  return {Code::kCorruption,
          fmt::format("certification state: {}; take an older snapshot or replay from it", what)};
}

void PutClaims(Encoder& out, const std::vector<Claim>& claims, int64_t base) {
  out.Int(uint64_t{claims.size()});
  std::vector<PackedClaim> packed(claims.size());
  std::ranges::transform(claims, packed.begin(), [&](const Claim& c) { return Pack(c, base); });
  out.Raw(std::as_bytes(std::span(packed)));
}

// The seqnos at which a source can have made claims; none: first > last.
struct Tenure {
  int64_t first = 1;
  int64_t last = 0;
};

// By source number, as of `seqno`.
std::vector<Tenure> Tenures(const Membership& members, uint32_t window, int64_t seqno) {
  std::vector<Tenure> tenures(kFirstMemberSource);
  const auto set = [&](uint32_t source, const Tenure& tenure) {
    tenures.resize(std::max<size_t>(tenures.size(), source + 1));
    tenures[source] = tenure;
  };
  set(kIsolatedSource, {.first = 1, .last = seqno});
  for (size_t i = 0; i < members.standings().size(); ++i) {
    const Seqno joined = members.view().members[i].joined;
    set(members.standings()[i].source, {.first = joined.value + 1, .last = seqno});
  }
  for (const Membership::Former& former : members.former()) {
    if (former.departed.value >= seqno + 1 - window) {
      set(former.source, {.first = 1, .last = former.departed.value - 1});
    }
  }
  return tenures;
}

bool IsPlausible(const Claim& claim, const std::vector<Tenure>& tenures) {
  return claim.source < tenures.size() && claim.newest >= tenures[claim.source].first &&
         claim.newest <= tenures[claim.source].last &&
         (claim.second == 0 || (claim.second >= 1 && claim.second < claim.newest));
}

Result<std::vector<Claim>> GetClaims(Decoder& in, const Membership& members, uint32_t window,
                                     int64_t seqno) {
  const auto count = in.Count<uint64_t>(sizeof(PackedClaim));
  const ByteView bytes = in.Raw(count * sizeof(PackedClaim));
  if (!in.done()) {
    return Corrupt("claims do not decode");
  }
  const std::vector<Tenure> tenures = Tenures(members, window, seqno);
  const int64_t base = seqno + 1 - window;
  std::vector<Claim> claims(count);
  for (size_t i = 0; i < count; ++i) {
    PackedClaim packed;
    std::memcpy(&packed, bytes.data() + i * sizeof(packed), sizeof(packed));
    claims[i] = Unpack(packed, base);
    const bool ascends = i == 0 || SavedBefore(claims[i - 1], claims[i]);
    // A second that unpacks to 0 though it is one (its seqno would be 0) is not our writing.
    if (!ascends || !IsPlausible(claims[i], tenures) || Pack(claims[i], base).word != packed.word) {
      return Corrupt(fmt::format("claim {} of {} cannot be", i, count));
    }
  }
  return claims;
}

// Checks the frame and gives what the checksum covers, from the version on.
Result<ByteView> Unframe(ByteView bytes) {
  if (bytes.size() < kMagic.size() + sizeof(kVersion) + kChecksumBytes ||
      AsText(bytes.first(kMagic.size())) != kMagic) {
    return Corrupt("these bytes are none");
  }
  uint64_t checksum = 0;
  std::memcpy(&checksum, bytes.last(kChecksumBytes).data(), kChecksumBytes);
  const ByteView body = bytes.first(bytes.size() - kChecksumBytes);
  if (Hash64(body, 0) != checksum) {
    return Corrupt("bad checksum");
  }
  Decoder in(body.subspan(kMagic.size()));
  const auto version = in.Int<uint32_t>();
  if (version > kVersion) {
    return Status(Code::kUnsupported,
                  fmt::format("certification state format version {} is newer than this software's "
                              "{}; upgrade this server",
                              version, kVersion));
  }
  if (version < kVersionWithoutIsolated) {
    return Corrupt(fmt::format("no format version {}", version));
  }
  return body.subspan(kMagic.size());
}

}  // namespace

Bytes Certifier::Save() const {
  Bytes bytes;
  Encoder out(bytes);
  const std::vector<Claim> claims = impl_->index.Live();
  bytes.reserve(size_t{64} * 1024 + claims.size() * sizeof(PackedClaim));
  out.Raw(AsBytes(kMagic));
  out.Int(kVersion);
  out.Int(impl_->window);
  out.Int(impl_->seqno.value);
  out.Int(impl_->barrier.value);
  out.Int(impl_->isolated.value);
  out.Int(impl_->digest);
  impl_->members.Encode(out);
  PutClaims(out, claims, impl_->seqno.value + 1 - impl_->window);
  out.Int(Hash64(bytes, 0));
  return bytes;
}

Result<Certifier> Certifier::LoadAt(ByteView bytes, Seqno seqno, uint32_t window) {
  ASSIGN_OR_RETURN(Certifier loaded, Load(bytes));
  if (loaded.seqno() == seqno && loaded.window() == window) return loaded;
  return Status(Code::kCorruption,
                fmt::format("its state is of seqno {} and window {}, not of {} and {}",
                            loaded.seqno(), loaded.window(), seqno, window));
}

Result<Certifier> Certifier::Load(ByteView bytes) {
  ASSIGN_OR_RETURN(const ByteView body, Unframe(bytes));
  Decoder in(body);
  const auto version = in.Int<uint32_t>();
  const auto window = in.Int<uint32_t>();
  const Seqno seqno{in.Int<int64_t>()};
  const Seqno barrier{in.Int<int64_t>()};
  const Seqno isolated = version == kVersionWithoutIsolated ? barrier : Seqno{in.Int<int64_t>()};
  const auto digest = in.Int<uint64_t>();
  if (!in.ok() || window < 1 || window > kWindowMax || seqno < Seqno::Zero() ||
      seqno.value > INT64_MAX - kWindowMax || barrier < Seqno::Zero() || barrier > seqno ||
      isolated < Seqno::Zero() || isolated > barrier || (seqno == Seqno::Zero() && digest != 0)) {
    return Corrupt("window, seqno, barrier, isolated statement or digest out of range");
  }
  ASSIGN_OR_RETURN(Membership members, Membership::Decode(in, window, seqno));
  if (members.view().seqno > barrier) {
    return Corrupt("the view is newer than the barrier");
  }
  ASSIGN_OR_RETURN(const std::vector<Claim> claims, GetClaims(in, members, window, seqno.value));
  auto impl =
      std::make_unique<Impl>(window, std::move(members), KeyIndex(window, seqno.value, claims));
  impl->seqno = seqno;
  impl->barrier = barrier;
  impl->isolated = isolated;
  impl->digest = digest;
  return Certifier(std::move(impl));
}

}  // namespace borealis::certification

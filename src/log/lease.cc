#include "log/lease.h"

#include <algorithm>
#include <cstring>

#include "base/codec.h"

namespace borealis::log {
namespace {

constexpr uint32_t kMagic = 0x534c4c42;  // "BLLS"
constexpr uint16_t kLeaseVersion = 1;

}  // namespace

Bytes EncodeLease(const LeaseValue& value) {
  Bytes bytes;
  Encoder out(bytes);
  out.Int(kMagic);
  out.Int(kLeaseVersion);
  out.Int(static_cast<uint8_t>(value.held ? 1 : 0));
  out.Int(uint8_t{0});
  out.Raw(std::as_bytes(std::span(value.holder.bytes)));
  out.Int(value.ttl_ns);
  out.Int(Hash64(bytes, kLeaseSeed));
  return bytes;
}

Result<LeaseValue> DecodeLease(ByteView bytes) {
  Decoder in(bytes);
  LeaseValue value;
  const auto magic = in.Int<uint32_t>();
  const auto version = in.Int<uint16_t>();
  if (in.ok() && magic == kMagic && version > kLeaseVersion) {
    return Status(
        Code::kUnsupported,
        fmt::format("lease version {} is newer than this software's {}", version, kLeaseVersion));
  }
  const auto held = in.Int<uint8_t>();
  const auto zero = in.Int<uint8_t>();
  const ByteView holder = in.Raw(value.holder.bytes.size());
  if (in.ok()) std::memcpy(value.holder.bytes.data(), holder.data(), holder.size());
  value.ttl_ns = in.Int<int64_t>();
  const auto checksum = in.Int<uint64_t>();
  if (!in.done() || magic != kMagic || version != kLeaseVersion || held > 1 || zero != 0 ||
      value.ttl_ns < 0 || checksum != Hash64(bytes.first(bytes.size() - 8), kLeaseSeed)) {
    return Status(Code::kCorruption, "lease register is damaged");
  }
  value.held = held == 1;
  return value;
}

Lease::Lease(storage::Backend& backend, const Clock& clock, std::string name, const Uuid& holder,
             int64_t ttl_ns)
    : backend_(backend),
      clock_(clock),
      register_("lease." + std::move(name)),
      holder_(holder),
      ttl_ns_(ttl_ns) {
  CHECK(ttl_ns > 0);
}

Status Lease::Acquire() {
  ASSIGN_OR_RETURN(const storage::RegisterValue now, backend_.ReadRegister(register_));
  if (now.version == 0) return Swap(0, true);
  ASSIGN_OR_RETURN(const LeaseValue value, DecodeLease(now.value));
  if (!value.held || value.holder == holder_) return Swap(now.version, true);
  const int64_t now_ns = clock_.MonotonicNs();
  if (observed_.version != now.version) observed_ = {now.version, now_ns};
  // The holder may live by a longer time than ours.
  if (now_ns - observed_.since_ns < std::max(ttl_ns_, value.ttl_ns)) {
    return {Code::kConflict, fmt::format("{} is held by {}", register_, value.holder.ToString())};
  }
  return Swap(now.version, true);
}

Status Lease::Renew() {
  if (!held_) return {Code::kConflict, fmt::format("{} is not held", register_)};
  return Swap(version_, true);
}

Status Lease::Release() {
  if (!held_) return {};
  const Status swapped = Swap(version_, false);
  return swapped.code() == Code::kConflict ? Status() : swapped;
}

bool Lease::Held() const { return held_ && clock_.MonotonicNs() - renewed_ns_ < ttl_ns_; }

Status Lease::Swap(uint64_t expected, bool held) {
  const int64_t begun_ns = clock_.MonotonicNs();
  const Bytes bytes = EncodeLease({.held = held, .holder = holder_, .ttl_ns = ttl_ns_});
  Result<uint64_t> version = backend_.SwapRegister(register_, expected, bytes);
  if (!version.ok() && version.status().code() == Code::kUnknown) {
    ASSIGN_OR_RETURN(const storage::RegisterValue now, backend_.ReadRegister(register_));
    // Still as expected: it may land later, but then in our name. Ask again to know.
    if (now.version == expected) return version.status();
    version = now.value == bytes ? Result<uint64_t>(now.version)
                                 : Status(Code::kConflict, "another took the lease");
  }
  if (!version.ok()) {
    if (version.status().code() == Code::kConflict) held_ = false;
    return version.status();
  }
  held_ = held;
  version_ = *version;
  renewed_ns_ = begun_ns;
  return {};
}

}  // namespace borealis::log

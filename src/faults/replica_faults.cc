#include "faults/replica_faults.h"

#include <algorithm>
#include <bit>

#include "base/codec.h"

namespace borealis::faults {
namespace {

constexpr uint32_t kMagic = 0x46524c42;  // "BLRF"
constexpr uint16_t kVersion = 1;
constexpr size_t kEntryBytesMin = 20;

}  // namespace

void ReplicaFaults::Set(const ReplicaFault& fault) {
  std::erase_if(entries_, [&](const ReplicaFault& entry) {
    return fault.node.empty() || entry.node == fault.node;
  });
  // What would be one too many takes the place of the oldest.
  if (entries_.size() >= kReplicaFaultsMax) entries_.erase(entries_.begin());
  // Naming a node excepts it from what all were asked for, so 0 is kept there.
  if (fault.percent > 0 || !entries_.empty()) entries_.push_back(fault);
}

bool ReplicaFaults::Expire(int64_t now_us) {
  return std::erase_if(entries_, [&](const auto& entry) { return entry.until_us <= now_us; }) > 0;
}

const ReplicaFault* ReplicaFaults::For(const std::string& node, int64_t now_us) const {
  const ReplicaFault* found = nullptr;
  for (const ReplicaFault& entry : entries_) {
    if (entry.until_us <= now_us) continue;
    if (entry.node == node) return &entry;
    if (entry.node.empty()) found = &entry;
  }
  return found;
}

Bytes ReplicaFaults::Encode() const {
  Bytes bytes;
  Encoder out(bytes);
  out.Int(kMagic);
  out.Int(kVersion);
  out.Int(static_cast<uint16_t>(entries_.size()));
  for (const ReplicaFault& entry : entries_) {
    out.Int(std::bit_cast<uint64_t>(entry.percent));
    out.Int(entry.until_us);
    out.Text(std::string_view(entry.node).substr(0, kReplicaFaultNameMax));
  }
  out.Int(Hash64(bytes, kReplicaFaultsSeed));
  return bytes;
}

Result<ReplicaFaults> ReplicaFaults::Decode(ByteView bytes) {
  Decoder in(bytes);
  const auto magic = in.Int<uint32_t>();
  const auto version = in.Int<uint16_t>();
  if (in.ok() && magic == kMagic && version > kVersion) {
    return Status(Code::kUnsupported, "a newer release holds this back");
  }
  ReplicaFaults faults;
  const auto count = in.Count<uint16_t>(kEntryBytesMin);
  for (uint16_t i = 0; i < count && in.ok(); ++i) {
    ReplicaFault entry;
    entry.percent = std::bit_cast<double>(in.Int<uint64_t>());
    entry.until_us = in.Int<int64_t>();
    entry.node = in.Text();
    const bool good =
        entry.percent >= 0 && entry.percent <= 100 && entry.node.size() <= kReplicaFaultNameMax;
    if (!good) in.Fail();
    faults.entries_.push_back(std::move(entry));
  }
  const auto checksum = in.Int<uint64_t>();
  if (!in.done() || magic != kMagic || version != kVersion || count > kReplicaFaultsMax ||
      checksum != Hash64(bytes.first(bytes.size() - 8), kReplicaFaultsSeed)) {
    return Status(Code::kCorruption, "damaged request to hold back");
  }
  return faults;
}

}  // namespace borealis::faults

#include "log/chain.h"

#include <algorithm>

#include "base/codec.h"

namespace borealis::log {
namespace {

constexpr uint32_t kMagic = 0x48434c42;  // "BLCH"
constexpr uint32_t kRegisterVersion = 1;
constexpr size_t kEntryBytes = 64;

void PutEntry(Encoder& out, const ChainEntry& entry) {
  out.Int(entry.segment.id.value);
  out.Int(entry.segment.epoch.value);
  out.Int(entry.before.value);
  out.Int(entry.time_before_us);
  out.Int(entry.final_size);
  out.Int(entry.oldest_chunk.value);
  out.Int(entry.medium_bytes);
  out.Int(static_cast<uint64_t>(entry.sealed ? 1 : 0));
}

ChainEntry GetEntry(Decoder& in) {
  ChainEntry entry;
  entry.segment.id.value = in.Int<uint64_t>();
  entry.segment.epoch.value = in.Int<uint64_t>();
  entry.before.value = in.Int<int64_t>();
  entry.time_before_us = in.Int<int64_t>();
  entry.final_size = in.Int<uint64_t>();
  entry.oldest_chunk.value = in.Int<uint64_t>();
  entry.medium_bytes = in.Int<uint64_t>();
  const auto sealed = in.Int<uint64_t>();
  if (sealed > 1) in.Fail();
  entry.sealed = sealed == 1;
  return entry;
}

bool Holds(const Chain& chain) {
  if (chain.entries.empty()) return false;
  for (size_t i = 0; i < chain.entries.size(); ++i) {
    const ChainEntry& entry = chain.entries[i];
    const bool last = i + 1 == chain.entries.size();
    if (entry.sealed == last || (last && entry.final_size != 0)) return false;
    if (entry.before < Seqno::Zero() || entry.oldest_chunk > entry.segment.id) return false;
    if (i == 0) continue;
    const ChainEntry& previous = chain.entries[i - 1];
    if (entry.segment.id <= previous.segment.id || entry.segment.epoch <= previous.segment.epoch ||
        entry.before < previous.before || entry.time_before_us < previous.time_before_us) {
      return false;
    }
  }
  return true;
}

}  // namespace

uint64_t ChainSeed(const Uuid& volume) {
  return Hash64(std::as_bytes(std::span(volume.bytes)), kChainSeed);
}

Bytes EncodeChain(const Chain& chain, const Uuid& volume) {
  CHECK(Holds(chain));
  Bytes bytes;
  bytes.reserve(24 + chain.entries.size() * kEntryBytes);
  Encoder out(bytes);
  out.Int(kMagic);
  out.Int(kRegisterVersion);
  out.Int(static_cast<uint32_t>(chain.entries.size()));
  out.Int(uint32_t{0});
  for (const ChainEntry& entry : chain.entries) PutEntry(out, entry);
  out.Int(Hash64(bytes, ChainSeed(volume)));
  return bytes;
}

Result<Chain> DecodeChain(ByteView bytes, const Uuid& volume) {
  const Status damaged(Code::kCorruption,
                       "the volume's chain register is damaged or belongs to another volume");
  Decoder in(bytes);
  const auto magic = in.Int<uint32_t>();
  const auto version = in.Int<uint32_t>();
  if (!in.ok() || magic != kMagic) return damaged;
  if (version > kRegisterVersion) {
    return Status(Code::kUnsupported,
                  fmt::format("chain register version {} is newer than this software's {}", version,
                              kRegisterVersion));
  }
  const auto count = in.Count<uint32_t>(kEntryBytes);
  const auto zero = in.Int<uint32_t>();
  Chain chain;
  for (uint32_t i = 0; i < count && in.ok(); ++i) chain.entries.push_back(GetEntry(in));
  const auto checksum = in.Int<uint64_t>();
  if (!in.done() || version != kRegisterVersion || zero != 0 ||
      checksum != Hash64(bytes.first(bytes.size() - sizeof(checksum)), ChainSeed(volume)) ||
      !Holds(chain)) {
    return damaged;
  }
  return chain;
}

Result<Chain> ReadChainRegister(storage::Backend& backend, const Uuid& volume) {
  ASSIGN_OR_RETURN(const storage::RegisterValue value, backend.ReadRegister(kChainRegister));
  if (value.version == 0) {
    return Status(Code::kNotFound,
                  fmt::format("{}: the volume has no segment chain", backend.Describe()));
  }
  Result<Chain> chain = DecodeChain(value.value, volume);
  if (!chain.ok()) return chain.status().WithContext(backend.Describe());
  chain->version = value.version;
  return chain;
}

const ChainEntry* FindEntry(const Chain& chain, SegmentId segment) {
  const auto found =
      std::lower_bound(chain.entries.begin(), chain.entries.end(), segment,
                       [](const ChainEntry& entry, SegmentId id) { return entry.segment.id < id; });
  return found != chain.entries.end() && found->segment.id == segment ? &*found : nullptr;
}

const ChainEntry* NextEntry(const Chain& chain, SegmentId segment) {
  const ChainEntry* entry = FindEntry(chain, segment);
  return entry == nullptr || entry == &chain.entries.back() ? nullptr : entry + 1;
}

Status CheckPlace(const Chain& chain, const Position& position, Seqno seqno) {
  const ChainEntry* entry = FindEntry(chain, position.segment);
  const ChainEntry* next = NextEntry(chain, position.segment);
  if (entry == nullptr) return Status::Ok();
  if (seqno >= entry->before && (next == nullptr || seqno <= next->before)) return Status::Ok();
  return {Code::kCorruption,
          fmt::format("seqno {} does not lie in segment {}", seqno, position.segment)};
}

}  // namespace borealis::log

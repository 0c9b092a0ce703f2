#include "node/slots.h"

#include <fmt/core.h>

#include <algorithm>
#include <functional>

#include "base/codec.h"
#include "storage/register_format.h"

namespace borealis::node {
namespace {

constexpr storage::RegisterFormat kSlotsFormat = {.name = kSlotsRegister,
                                                  .magic = 0x4c534c42,  // "BLSL"
                                                  .seed = kSlotsSeed};
constexpr int kSwapAttemptsMax = 100;

struct Versioned {
  uint64_t version = 0;
  std::vector<SlotEntry> entries;
};

Result<Versioned> ReadVersioned(storage::Backend& backend) {
  auto value = backend.ReadRegister(kSlotsRegister);
  if (value.status().code() == Code::kNotFound) return Versioned{};
  RETURN_IF_ERROR(value.status());
  Versioned versioned;
  versioned.version = value->version;
  if (value->version == 0) return versioned;
  ASSIGN_OR_RETURN(versioned.entries, DecodeSlots(value->value));
  return versioned;
}

// Changes the list until nobody else changed it meanwhile. `change` returns false when the list is
// as wanted already.
Status Update(storage::Backend& backend,
              const std::function<Result<bool>(std::vector<SlotEntry>&)>& change) {
  for (int attempt = 0; attempt < kSwapAttemptsMax; ++attempt) {
    ASSIGN_OR_RETURN(Versioned current, ReadVersioned(backend));
    ASSIGN_OR_RETURN(const bool changed, change(current.entries));
    if (!changed) return Status::Ok();
    const auto swapped =
        backend.SwapRegister(kSlotsRegister, current.version, EncodeSlots(current.entries));
    if (swapped.ok()) return Status::Ok();
    const Code code = swapped.status().code();
    if (code != Code::kConflict && code != Code::kUnknown) return swapped.status();
  }
  return {Code::kUnavailable, "the list of slots changes all the time; try again"};
}

}  // namespace

Bytes EncodeSlots(const std::vector<SlotEntry>& entries) {
  Bytes body;
  Encoder encoder(body);
  encoder.Int(static_cast<uint32_t>(entries.size()));
  for (const SlotEntry& entry : entries) {
    encoder.Int(entry.slot.value);
    encoder.Text(entry.node);
  }
  return storage::FrameRegister(kSlotsFormat, body);
}

Result<std::vector<SlotEntry>> DecodeSlots(ByteView bytes) {
  ASSIGN_OR_RETURN(const ByteView body, storage::RegisterBody(kSlotsFormat, bytes));
  Decoder decoder(body);
  const auto count = decoder.Count<uint32_t>(6);
  std::vector<SlotEntry> entries;
  for (uint32_t i = 0; i < count; ++i) {
    SlotEntry entry;
    entry.slot.value = decoder.Int<uint16_t>();
    entry.node = decoder.Text();
    const uint16_t above = entries.empty() ? 0 : entries.back().slot.value;
    const bool twice = std::ranges::find(entries, entry.node, &SlotEntry::node) != entries.end();
    if (entry.slot.value <= above || entry.slot.value > kSlotMax || entry.node.empty() || twice) {
      return kSlotsFormat.Damaged();
    }
    entries.push_back(std::move(entry));
  }
  if (!decoder.done()) return kSlotsFormat.Damaged();
  return entries;
}

Result<std::vector<SlotEntry>> ReadSlots(storage::Backend& backend) {
  ASSIGN_OR_RETURN(Versioned versioned, ReadVersioned(backend));
  return std::move(versioned.entries);
}

Result<Slot> TakeSlot(storage::Backend& backend, const std::string& node) {
  Slot taken;
  const Status status = Update(backend, [&](std::vector<SlotEntry>& entries) -> Result<bool> {
    uint16_t free = 1;
    for (const SlotEntry& entry : entries) {
      if (entry.node == node) {
        taken = entry.slot;
        return false;
      }
      if (entry.slot.value == free) ++free;
    }
    if (free > kSlotMax) {
      return Status(
          Code::kUnavailable,
          fmt::format("all {} slots of the volume are taken; free one with `borealis node "
                      "remove NAME`",
                      kSlotMax));
    }
    taken = {free};
    entries.push_back({taken, node});
    std::sort(entries.begin(), entries.end(),
              [](const SlotEntry& a, const SlotEntry& b) { return a.slot < b.slot; });
    return true;
  });
  RETURN_IF_ERROR(status);
  return taken;
}

Status FreeSlot(storage::Backend& backend, const std::string& node) {
  bool found = false;
  return Update(backend, [&](std::vector<SlotEntry>& entries) -> Result<bool> {
    const size_t removed =
        std::erase_if(entries, [&](const SlotEntry& entry) { return entry.node == node; });
    if (removed == 0 && !found) {
      return Status(Code::kNotFound, fmt::format("the volume knows no node {}", node));
    }
    found = true;
    return removed > 0;
  });
}

}  // namespace borealis::node

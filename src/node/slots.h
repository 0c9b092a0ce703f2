// Slots: which number, 1 to 16, belongs to which node. A node keeps its slot for ever: its
// auto-increment values and its place in tools' lists hang on it. Register "slots":
//
//   slots = "BLSL" version:u32 count:u32 (slot:u16 name:text)* hash:u64
//   hash  = XXH3-64(all before, kSlotsSeed); slots rise, names differ; text = length:u32 bytes
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "model/ids.h"
#include "storage/backend.h"

namespace borealis::node {

inline constexpr char kSlotsRegister[] = "slots";
inline constexpr uint64_t kSlotsSeed = 0x736c6f7473;

struct SlotEntry {
  Slot slot;
  std::string node;
  bool operator==(const SlotEntry&) const = default;
};

Bytes EncodeSlots(const std::vector<SlotEntry>& entries);
Result<std::vector<SlotEntry>> DecodeSlots(ByteView bytes);

// Rising by slot; empty when the register does not exist.
Result<std::vector<SlotEntry>> ReadSlots(storage::Backend& backend);

// The node's slot: what it has, else the lowest free one, which it then has. kUnavailable: all 16
// are taken.
Result<Slot> TakeSlot(storage::Backend& backend, const std::string& node);

// Frees the node's slot. kNotFound: it has none. The caller makes sure that the node is no member.
Status FreeSlot(storage::Backend& backend, const std::string& node);

}  // namespace borealis::node

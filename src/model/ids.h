// Strong types of the log and the cluster. None converts into another. Value types.
#pragma once

#include <fmt/format.h>

#include <compare>
#include <cstdint>
#include <string>

#include "base/uuid.h"

namespace borealis {

// Place of an ordered record in the total order: dense from 1. 0 is "before the first",
// kUndefined (-1) "not known".
struct Seqno {
  int64_t value = -1;
  auto operator<=>(const Seqno&) const = default;  // NOLINT(modernize-use-nullptr)
  Seqno Next() const { return {value + 1}; }
  Seqno Previous() const { return {value - 1}; }
  bool IsDefined() const { return value >= 0; }
  static constexpr Seqno Undefined() { return {-1}; }
  static constexpr Seqno Zero() { return {0}; }
};

// Counts the changes of the segment chain; what a mutation carries to be fenced by.
struct Epoch {
  uint64_t value = 0;
  auto operator<=>(const Epoch&) const = default;  // NOLINT(modernize-use-nullptr)
};

// Names a segment; increases along the chain, never reused within a volume.
struct SegmentId {
  uint64_t value = 0;
  auto operator<=>(const SegmentId&) const = default;  // NOLINT(modernize-use-nullptr)
};

// Where a record starts: segment, byte offset of its batch, index within the batch.
// Ordered as the log is. A position just past the last record of a batch is {segment, end, 0}.
struct Position {
  SegmentId segment;
  uint64_t offset = 0;
  uint32_t index = 0;
  auto operator<=>(const Position&) const = default;  // NOLINT(modernize-use-nullptr)
};

// One incarnation of one server: fresh at every start, so a predecessor's records are remote.
struct NodeId {
  Uuid uuid;
  auto operator<=>(const NodeId&) const = default;  // NOLINT(modernize-use-nullptr)
};

// Numbers the records of one incarnation, strictly increasing in the log; a record whose number is
// not above the highest seen from its source is a repeat of an append with unknown outcome.
struct RequestNo {
  uint64_t value = 0;
  auto operator<=>(const RequestNo&) const = default;  // NOLINT(modernize-use-nullptr)
};

// A member's stable number, 1..kSlotMax; offset of its auto-increment values. 0 = none.
struct Slot {
  uint16_t value = 0;
  auto operator<=>(const Slot&) const = default;  // NOLINT(modernize-use-nullptr)
};
inline constexpr uint16_t kSlotMax = 16;

std::string ToString(const Position& position);  // "3:4096.2"

}  // namespace borealis

template <>
struct fmt::formatter<borealis::Seqno> : fmt::formatter<int64_t> {
  auto format(borealis::Seqno v, format_context& ctx) const {
    return fmt::formatter<int64_t>::format(v.value, ctx);
  }
};
template <>
struct fmt::formatter<borealis::Epoch> : fmt::formatter<uint64_t> {
  auto format(borealis::Epoch v, format_context& ctx) const {
    return fmt::formatter<uint64_t>::format(v.value, ctx);
  }
};
template <>
struct fmt::formatter<borealis::SegmentId> : fmt::formatter<uint64_t> {
  auto format(borealis::SegmentId v, format_context& ctx) const {
    return fmt::formatter<uint64_t>::format(v.value, ctx);
  }
};
template <>
struct fmt::formatter<borealis::RequestNo> : fmt::formatter<uint64_t> {
  auto format(borealis::RequestNo v, format_context& ctx) const {
    return fmt::formatter<uint64_t>::format(v.value, ctx);
  }
};
template <>
struct fmt::formatter<borealis::NodeId> : fmt::formatter<std::string> {
  auto format(const borealis::NodeId& v, format_context& ctx) const {
    return fmt::formatter<std::string>::format(v.uuid.ToString(), ctx);
  }
};
template <>
struct fmt::formatter<borealis::Position> : fmt::formatter<std::string> {
  auto format(const borealis::Position& v, format_context& ctx) const {
    return fmt::formatter<std::string>::format(borealis::ToString(v), ctx);
  }
};

#include "node/upkeep_plan.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "node/time_text.h"

namespace borealis::node {
namespace {

constexpr int64_t kUsPerMinute = 60'000'000;
constexpr uint64_t kFreeMin = 256ull << 20;
constexpr int64_t kExportRetryUs = 5 * kUsPerMinute;
constexpr std::string_view kExport = "export";

struct Field {
  std::string_view name;
  uint64_t min;
  uint64_t max;
  uint64_t UpkeepPolicy::*member;
};
constexpr std::array<Field, 9> kFields = {{
    {"snapshot_mib", 0, 1 << 30, &UpkeepPolicy::snapshot_mib},
    {"snapshot_minutes", 0, 1 << 24, &UpkeepPolicy::snapshot_minutes},
    {"keep", 1, 1000, &UpkeepPolicy::keep},
    {"retention_minutes", 0, 1 << 24, &UpkeepPolicy::retention_minutes},
    {"retention_mib", 0, 1 << 30, &UpkeepPolicy::retention_mib},
    {"absent_minutes", 0, 1 << 24, &UpkeepPolicy::absent_minutes},
    {"look_seconds", 1, 86400, &UpkeepPolicy::look_seconds},
    {"export_minutes", 1, 1 << 24, &UpkeepPolicy::export_minutes},
    {"export_keep", 1, 1000, &UpkeepPolicy::export_keep},
}};

int64_t Minutes(uint64_t minutes) { return static_cast<int64_t>(minutes) * kUsPerMinute; }

uint64_t SizeOf(const VolumeFacts& facts, const log::ChainEntry& entry) {
  return entry.sealed ? entry.final_size : facts.open_bytes;
}

// Those that can be read and that the log still reaches back to, oldest first.
std::vector<SnapshotFact> Usable(const VolumeFacts& facts) {
  std::vector<SnapshotFact> usable;
  for (const SnapshotFact& snapshot : facts.snapshots) {
    if (snapshot.readable && snapshot.seqno >= facts.chain.front().before) {
      usable.push_back(snapshot);
    }
  }
  return usable;
}

// Index of the oldest one to keep.
size_t OldestKept(const UpkeepPolicy& policy, const VolumeFacts& facts,
                  const std::vector<SnapshotFact>& usable) {
  const size_t newest = usable.size() - std::min<size_t>(usable.size(), policy.keep);
  const int64_t window = facts.now_us - Minutes(policy.retention_minutes);
  size_t first = newest;
  // One step past the first that is older than the window: it covers the window's beginning.
  while (first > 0 && usable[first].created_us > window) --first;
  const bool too_large = LogBytesSince(facts, usable[first].position) > policy.retention_mib << 20;
  return too_large ? newest : std::min(first, newest);
}

bool TakeIsDue(const UpkeepPolicy& policy, const VolumeFacts& facts) {
  if (facts.newest == Seqno::Zero()) return false;
  if (facts.snapshots.empty()) return true;
  const SnapshotFact* last = nullptr;
  for (const SnapshotFact& snapshot : facts.snapshots) {
    if (snapshot.readable) last = &snapshot;
  }
  if (last == nullptr) return true;
  if (last->seqno >= facts.newest) return false;
  const uint64_t bytes = LogBytesSince(facts, last->position);
  return (policy.snapshot_mib > 0 && bytes >= policy.snapshot_mib << 20) ||
         (policy.snapshot_minutes > 0 &&
          facts.now_us - last->created_us >= Minutes(policy.snapshot_minutes));
}

bool ExportIsDue(const UpkeepPolicy& policy, const VolumeFacts& facts) {
  if (policy.export_directory.empty()) return false;
  const auto state =
      std::ranges::find(facts.exports, policy.export_directory, &ExportState::directory);
  if (state == facts.exports.end()) return true;
  const int64_t every = Minutes(policy.export_minutes);
  const int64_t retry = std::min(every, kExportRetryUs);
  return facts.now_us - state->succeeded_us >= every && facts.now_us - state->failed_us >= retry;
}

// Empty: all is well with it. One by hand is never overdue.
std::string ExportWarning(const ExportState& state, int64_t now_us) {
  if (state.every_minutes == 0) return {};
  const std::string last = state.succeeded_us == 0
                               ? "none was ever completed"
                               : fmt::format("the last good one, of seqno {}, was made at {}",
                                             state.until, FormatMoment(state.succeeded_us));
  if (state.failed_us > 0) {
    return fmt::format("the export to {} fails ({}); {}", state.directory, state.failure, last);
  }
  if (now_us - state.succeeded_us <= 2 * Minutes(state.every_minutes)) return {};
  return fmt::format("the export to {} is overdue (every {} minutes): {}", state.directory,
                     state.every_minutes, last);
}

Result<std::string> ParseExportDirectory(std::string_view value) {
  const bool printable =
      std::ranges::all_of(value, [](char c) { return static_cast<unsigned char>(c) >= ' '; });
  if (!value.starts_with('/') || !printable || value.size() > kExportDirectoryBytesMax) {
    return Status(Code::kInvalidArgument,
                  fmt::format("upkeep option export='{}': give an absolute directory", value));
  }
  return std::string(value);
}

}  // namespace

Result<UpkeepPolicy> UpkeepPolicy::Parse(std::string_view text) {
  UpkeepPolicy policy;
  while (!text.empty()) {
    const size_t end = std::min(text.find(';'), text.size());
    const std::string_view item = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (item.empty()) continue;
    const size_t equals = std::min(item.find('='), item.size());
    const std::string_view name = item.substr(0, equals);
    const std::string_view value = item.substr(std::min(equals + 1, item.size()));
    if (name == kExport) {
      ASSIGN_OR_RETURN(policy.export_directory, ParseExportDirectory(value));
      continue;
    }
    const auto* field = std::ranges::find(kFields, name, &Field::name);
    if (field == kFields.end()) {
      std::string known(kExport);
      for (const Field& f : kFields) known += fmt::format(", {}", f.name);
      return Status(Code::kInvalidArgument,
                    fmt::format("unknown upkeep option '{}'; known are: {}", name, known));
    }
    uint64_t number = 0;
    const auto [last, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || last != value.data() + value.size() || number < field->min ||
        number > field->max) {
      return Status(Code::kInvalidArgument,
                    fmt::format("upkeep option {}='{}': give a whole number from {} to {}", name,
                                value, field->min, field->max));
    }
    policy.*(field->member) = number;
  }
  return policy;
}

std::string UpkeepPolicy::ToString() const {
  std::string text;
  for (const Field& field : kFields) {
    text += fmt::format("{}{}={}", text.empty() ? "" : ";", field.name, this->*(field.member));
  }
  if (!export_directory.empty()) text += fmt::format(";{}={}", kExport, export_directory);
  return text;
}

uint64_t LogBytes(const VolumeFacts& facts) {
  uint64_t bytes = 0;
  for (const log::ChainEntry& entry : facts.chain) bytes += SizeOf(facts, entry);
  return bytes;
}

uint64_t LogBytesSince(const VolumeFacts& facts, const Position& position) {
  uint64_t bytes = 0;
  for (const log::ChainEntry& entry : facts.chain) {
    const uint64_t size = SizeOf(facts, entry);
    if (entry.segment.id > position.segment) {
      bytes += size;
    } else if (entry.segment.id == position.segment) {
      bytes += size - std::min(size, position.offset);
    }
  }
  return bytes;
}

UpkeepPlan PlanUpkeep(const UpkeepPolicy& policy, const VolumeFacts& facts) {
  UpkeepPlan plan;
  plan.take = TakeIsDue(policy, facts);
  for (const SnapshotFact& snapshot : facts.snapshots) {
    if (!snapshot.readable) {
      plan.warnings.push_back(fmt::format("snapshot {} can't be read", snapshot.seqno));
    }
  }
  if (facts.free_bytes < kFreeMin) {
    plan.warnings.push_back(
        fmt::format("the volume's file system has {} MiB left: make room, or "
                    "commits stop",
                    facts.free_bytes >> 20));
  }
  plan.export_due = ExportIsDue(policy, facts);
  for (const ExportState& state : facts.exports) {
    std::string warning = ExportWarning(state, facts.now_us);
    if (!warning.empty()) plan.warnings.push_back(std::move(warning));
  }
  const std::vector<SnapshotFact> usable = Usable(facts);
  if (usable.empty()) {
    plan.log_held_by = "no snapshot can be read: nothing is trimmed";
    plan.warnings.push_back("no snapshot can be read: a node that loses its cache can't start");
    return plan;
  }
  const SnapshotFact& oldest = usable[OldestKept(policy, facts, usable)];
  for (const SnapshotFact& snapshot : facts.snapshots) {
    // What can't be read is left for an operator to look at, until it would go anyway.
    if (snapshot.seqno < oldest.seqno) plan.surplus.push_back(snapshot.seqno);
  }
  Position keep = oldest.position;
  plan.log_held_by = fmt::format("snapshot {}", oldest.seqno);
  for (const log::MemberPosition& member : facts.members) {
    if (facts.now_us - member.updated_us > Minutes(policy.absent_minutes)) continue;
    if (member.needed < keep) {
      keep = member.needed;
      plan.log_held_by = fmt::format("node {}", member.name);
    }
  }
  if (facts.chain.front().segment.id < keep.segment) plan.trim = keep;
  return plan;
}

}  // namespace borealis::node

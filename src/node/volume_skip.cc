#include "node/volume_skip.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "log/chain.h"
#include "log/identity.h"
#include "log/inspect.h"
#include "log/skips.h"
#include "node/volume.h"
#include "snapshot/publish.h"

namespace borealis::node {
namespace {

Result<SkippedRecord> FindRecord(const std::string& directory, Seqno seqno) {
  ASSIGN_OR_RETURN(const auto volume, LookAtVolume(directory));
  std::optional<SkippedRecord> found;
  bool whole = false;
  log::InspectVisitor visitor;
  visitor.record = [&](const LogEntry& entry) {
    const Record& record = entry.record;
    if (!IsOrdered(record.type) || entry.seqno != seqno) return;
    constexpr uint32_t kWhole = kFlagTrxStart | kFlagTrxEnd;
    whole = record.type == RecordType::kIsolated ||
            (record.type == RecordType::kWriteSet && (record.flags & kWhole) == kWhole);
    found.emplace();
    found->type = record.type;
    found->payload_bytes = record.payload.size();
    for (const ChunkRef& chunk : record.chunks) found->payload_bytes += chunk.bytes;
  };
  ASSIGN_OR_RETURN(const log::InspectReport report, log::InspectLog(*volume, visitor));
  RETURN_IF_ERROR(report.damage);
  if (!found) {
    return Status(Code::kNotFound,
                  fmt::format("the log has no record at seqno {}; it holds {} to {}", seqno,
                              report.chain.entries.front().before.Next(), report.last));
  }
  if (!whole) {
    return Status(Code::kInvalidArgument,
                  fmt::format("the record at seqno {} is neither a whole transaction nor a "
                              "statement of its own; nothing else can be skipped",
                              seqno));
  }
  return std::move(*found);
}

// Those at or above `seqno`, newest first.
Result<std::vector<Seqno>> DeleteSnapshotsWith(storage::Backend& volume, Seqno seqno) {
  ASSIGN_OR_RETURN(const log::Identity identity, log::ReadIdentity(volume));
  ASSIGN_OR_RETURN(const log::Chain chain, log::ReadChainRegister(volume, identity.volume));
  ASSIGN_OR_RETURN(const std::vector<Seqno> snapshots, snapshot::ListSnapshots(volume));
  const Seqno oldest = chain.entries.front().before;
  const bool startable =
      std::ranges::any_of(snapshots, [&](Seqno at) { return at >= oldest && at < seqno; });
  if (!startable) {
    return Status(Code::kNotFound,
                  fmt::format("there is no snapshot from before seqno {} that a node can start "
                              "from: without the record no data could be made any more",
                              seqno));
  }
  std::vector<Seqno> deleted;
  for (auto at = snapshots.rbegin(); at != snapshots.rend() && *at >= seqno; ++at) {
    RETURN_IF_ERROR(snapshot::DeleteSnapshot(volume, *at));
    deleted.push_back(*at);
  }
  return deleted;
}

}  // namespace

Result<SkippedRecord> SkipRecord(const std::string& directory, Seqno seqno,
                                 const std::string& reason, const Clock& clock) {
  ASSIGN_OR_RETURN(SkippedRecord record, FindRecord(directory, seqno));
  ASSIGN_OR_RETURN(const auto volume, AttachVolume(directory));
  // Nobody can attach before we let go; the recovery itself is left to the first server.
  if (!volume->NeedsRecovery()) return log::ServersAreAttached(*volume);
  ASSIGN_OR_RETURN(const std::vector<log::Skip> skips, log::ReadSkips(*volume));
  for (const log::Skip& skip : skips) {
    if (skip.seqno == seqno) return log::SkippedAlready(seqno);
  }
  ASSIGN_OR_RETURN(record.deleted_snapshots, DeleteSnapshotsWith(*volume, seqno));
  RETURN_IF_ERROR(log::AddSkip(*volume, {seqno, clock.WallUs(), reason}));
  return record;
}

}  // namespace borealis::node

#include "backup/export_plan.h"

#include <fmt/core.h>

#include <algorithm>

namespace borealis::backup {
namespace {

using log::ChainEntry;
using IsThere = std::function<bool(const ExportedFile&)>;

Status OtherHistory(const ExportFacts& facts, std::string_view why) {
  return {
      Code::kInvalidArgument,
      fmt::format("the directory holds an export of {}; keep it and give another directory",
                  why.empty() ? "volume " + facts.identity.volume.ToString() : std::string(why))};
}

// The directory's log must be a part of the volume's.
Status CheckHistory(const ExportFacts& facts, const ExportManifest& previous) {
  if (previous.identity.volume != facts.identity.volume) {
    return OtherHistory(facts, "volume " + previous.identity.volume.ToString());
  }
  if (previous.until > facts.until) {
    return OtherHistory(facts,
                        fmt::format("this volume up to seqno {}, which is after its end, {}: "
                                    "the volume is an older copy or lost data",
                                    previous.until, facts.until));
  }
  for (const ChainEntry& then : previous.chain) {
    const auto now = std::ranges::find_if(
        facts.chain, [&](const ChainEntry& e) { return e.segment.id == then.segment.id; });
    const bool trimmed = then.segment.id < facts.chain.front().segment.id;
    const bool same = now != facts.chain.end() && now->segment == then.segment &&
                      now->before == then.before && now->time_before_us == then.time_before_us &&
                      (!then.sealed || (now->sealed && now->final_size == then.final_size));
    if (!trimmed && !same) {
      return OtherHistory(facts, fmt::format("another history of this volume (they part in segment "
                                             "{})",
                                             then.segment.id));
    }
  }
  return Status::Ok();
}

std::vector<Piece> PiecesOf(const ExportManifest* previous, SegmentId segment) {
  std::vector<Piece> pieces;
  if (previous == nullptr) return pieces;
  for (const Piece& piece : previous->pieces) {
    if (piece.segment == segment) pieces.push_back(piece);
  }
  return pieces;
}

bool IsThereAll(const std::vector<Piece>& pieces, const IsThere& is_there) {
  return std::ranges::all_of(pieces, [&](const Piece& piece) {
    return is_there({PieceFile(piece), piece.bytes(), piece.hash});
  });
}

// Segments that only the directory has still, as far as they join the volume's log without a gap.
std::vector<ChainEntry> Trimmed(const ExportFacts& facts, const ExportManifest& previous,
                                const IsThere& is_there) {
  std::vector<ChainEntry> kept;
  const bool joins = std::ranges::any_of(previous.chain, [&](const ChainEntry& entry) {
    return entry.segment.id == facts.chain.front().segment.id;
  });
  if (!joins) return kept;
  for (const ChainEntry& entry : previous.chain) {
    if (entry.segment.id >= facts.chain.front().segment.id) break;
    kept.push_back(entry);
    if (!IsThereAll(PiecesOf(&previous, entry.segment.id), is_there)) kept.clear();
  }
  return kept;
}

// What is used again of the segment's pieces, and what is copied.
void PlanSegment(const ChainEntry& entry, uint64_t end, const ExportManifest* previous,
                 const IsThere& is_there, ExportPlan& plan) {
  std::vector<Piece> pieces;
  uint64_t have = 0;
  for (const Piece& piece : PiecesOf(previous, entry.segment.id)) {
    if (piece.from != have || piece.to > end || !IsThereAll({piece}, is_there)) break;
    pieces.push_back(piece);
    have = piece.to;
  }
  if (have < end && pieces.size() >= kPiecesPerSegmentMax) {
    pieces.clear();
    have = 0;
  }
  plan.next.pieces.insert(plan.next.pieces.end(), pieces.begin(), pieces.end());
  if (have == end) return;
  plan.copy_pieces.push_back(plan.next.pieces.size());
  plan.next.pieces.push_back({.segment = entry.segment.id, .from = have, .to = end, .hash = 0});
}

// Whether the directory has it whole and it holds nothing that was given up since.
bool StaysGood(const ExportedSnapshot& snapshot, const ExportFacts& facts,
               const ExportManifest& previous, const IsThere& is_there) {
  const bool there =
      is_there({snapshot::ManifestBlobName(snapshot.seqno), snapshot.manifest_bytes,
                snapshot.manifest_hash}) &&
      is_there({snapshot::DataBlobName(snapshot.seqno), snapshot.data_bytes, snapshot.data_hash});
  return there && std::ranges::none_of(facts.skips, [&](const log::Skip& skip) {
           return skip.seqno <= snapshot.seqno &&
                  std::ranges::find(previous.skips, skip) == previous.skips.end();
         });
}

}  // namespace

Result<ExportPlan> PlanExport(const ExportFacts& facts, const ExportManifest* previous, size_t keep,
                              const IsThere& is_there) {
  CHECK(keep > 0);
  ExportPlan plan;
  std::vector<ChainEntry> chain;
  std::vector<ExportedSnapshot> snapshots;
  if (previous != nullptr) {
    RETURN_IF_ERROR(CheckHistory(facts, *previous));
    chain = Trimmed(facts, *previous, is_there);
    for (const ExportedSnapshot& snapshot : previous->snapshots) {
      if (StaysGood(snapshot, facts, *previous, is_there)) snapshots.push_back(snapshot);
    }
  }
  chain.insert(chain.end(), facts.chain.begin(), facts.chain.end());
  const auto first_for = [&](const ExportedSnapshot& snapshot) {
    return FirstSegmentFor(chain, snapshot.seqno, snapshot.position, facts.open_oldest_chunk);
  };
  if (!first_for(facts.newest).has_value()) {
    return Status(Code::kInternal,
                  fmt::format("the log does not reach back to snapshot {}", facts.newest.seqno));
  }
  const bool had_any = !snapshots.empty();
  std::erase_if(snapshots, [&](const auto& snapshot) { return !first_for(snapshot).has_value(); });
  plan.starts_anew = had_any && snapshots.empty();
  plan.copy_snapshot = snapshots.empty() || snapshots.back().seqno < facts.newest.seqno;
  if (plan.copy_snapshot) snapshots.push_back(facts.newest);
  if (snapshots.size() > keep) {
    snapshots.erase(snapshots.begin(), snapshots.end() - static_cast<ptrdiff_t>(keep));
  }
  size_t first = chain.size();
  for (const ExportedSnapshot& snapshot : snapshots) first = std::min(first, *first_for(snapshot));

  plan.next.identity = facts.identity;
  plan.next.skips = facts.skips;
  plan.next.keys = facts.keys;
  plan.next.positioned = facts.positioned;
  plan.next.until = facts.until;
  plan.next.until_time_us = facts.until_time_us;
  plan.next.exported_us = facts.now_us;
  plan.next.snapshots = std::move(snapshots);
  plan.next.chain.assign(chain.begin() + static_cast<ptrdiff_t>(first), chain.end());
  for (const ChainEntry& entry : plan.next.chain) {
    PlanSegment(entry, entry.sealed ? entry.final_size : facts.open_end, previous, is_there, plan);
  }
  return plan;
}

}  // namespace borealis::backup

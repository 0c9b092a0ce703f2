#include "backup/export_volume.h"

#include <fmt/core.h>

#include <algorithm>

#include "encryption/key_ring.h"
#include "log/chain.h"
#include "log/identity.h"
#include "log/segment_scan.h"
#include "snapshot/publish.h"

namespace borealis::backup {
namespace {

using log::ChainEntry;

constexpr int kRoundsMax = 4;
constexpr uint64_t kSmallBytes = 64 << 20;  // a round that copied less was the last

// The bytes of a segment up to its durable end, each batch checked, and what they add up to.
struct Segment {
  Bytes bytes;
  log::SegmentCount count;
};

Result<Segment> ReadSegment(storage::Backend& volume, const log::Identity& identity,
                            const ChainEntry& entry) {
  ASSIGN_OR_RETURN(const storage::SegmentState state, volume.State(entry.segment));
  const uint64_t durable = entry.sealed ? entry.final_size : state.durable_end;
  // Where nobody is attached the bytes must tell where they end.
  const bool end_known = entry.sealed || state.written_end > 0;
  Segment segment;
  ASSIGN_OR_RETURN(segment.bytes, end_known ? volume.ReadRaw(entry.segment, 0, durable)
                                            : log::ReadMedium(volume, entry.segment));
  const log::BatchSeeds seeds(identity.volume, entry.segment, volume.traits().positioned_appends,
                              identity.encrypted());
  const log::SegmentScan scan = log::ScanSegment(segment.bytes, seeds, entry, durable, {});
  std::string cut_off;
  if (!end_known) {
    ASSIGN_OR_RETURN(cut_off, log::CutOffSince(volume, entry, state, segment.bytes.size()));
  }
  if (scan.tail == log::SegmentTail::kCorrupt || !cut_off.empty()) {
    return Status(cut_off.empty() ? scan.code : Code::kCorruption,
                  fmt::format("{}: segment {} offset {}: {}", volume.Describe(), entry.segment.id,
                              scan.valid_end, cut_off.empty() ? scan.reason : cut_off));
  }
  segment.bytes.resize(static_cast<size_t>(scan.valid_end));
  segment.count = scan.count;
  return segment;
}

// The newest snapshot that can be used; none: undefined seqno.
Result<ExportedSnapshot> NewestSnapshot(storage::Backend& volume, const Uuid& uuid,
                                        const std::vector<ChainEntry>& chain) {
  ASSIGN_OR_RETURN(std::vector<Seqno> snapshots, snapshot::ListSnapshots(volume));
  std::ranges::reverse(snapshots);
  for (const Seqno seqno : snapshots) {
    const auto manifest = snapshot::ReadManifest(volume, seqno);
    if (!manifest.ok() || manifest->volume != uuid || seqno < chain.front().before) continue;
    if (!volume.OpenBlob(snapshot::DataBlobName(seqno)).ok()) continue;
    const Bytes encoded = snapshot::EncodeManifest(*manifest);
    return ExportedSnapshot{.seqno = seqno,
                            .position = manifest->position,
                            .manifest_bytes = encoded.size(),
                            .manifest_hash = Hash64(encoded, 0),
                            .data_bytes = manifest->stream_bytes,
                            .data_hash = manifest->stream_hash};
  }
  return Status(Code::kNotFound, "the volume has no snapshot that can be used");
}

Status CopyBlob(storage::Backend& volume, const ExportDirectory& directory,
                const ExportedFile& expected, const Moved& moved) {
  ASSIGN_OR_RETURN(const auto blob, volume.OpenBlob(expected.name));
  ASSIGN_OR_RETURN(const auto file, directory.Create(expected.name));
  for (uint64_t at = 0; at < blob->size();) {
    const size_t length = static_cast<size_t>(std::min<uint64_t>(kCopyBytes, blob->size() - at));
    ASSIGN_OR_RETURN(const Bytes bytes, blob->Read(at, length));
    RETURN_IF_ERROR(file->Write(bytes));
    RETURN_IF_ERROR(TellMoved(moved, bytes.size()));
    at += length;
  }
  if (file->bytes() != expected.bytes || file->hash() != expected.hash) {
    return {Code::kCorruption,
            fmt::format("{} of the volume is damaged; delete that snapshot and take another",
                        expected.name)};
  }
  return file->Finish();
}

// One export, round by round.
class Exporter {
 public:
  Exporter(storage::Backend& volume, const ExportDirectory& directory, const ExportOptions& options,
           const Clock& clock)
      : volume_(volume), directory_(directory), options_(options), clock_(clock) {}

  Result<ExportReport> Run() {
    for (int round = 0; round < kRoundsMax; ++round) {
      const uint64_t before = report_.copied_bytes;
      RETURN_IF_ERROR(Round());
      if (report_.copied_bytes - before < kSmallBytes) break;
    }
    for (const ExportedFile& file : FilesOf(report_.manifest)) report_.total_bytes += file.bytes;
    return std::move(report_);
  }

 private:
  Status Round() {
    ASSIGN_OR_RETURN(const ExportFacts facts, Look());
    ASSIGN_OR_RETURN(const std::optional<ExportManifest> previous, directory_.ReadManifest());
    ASSIGN_OR_RETURN(ExportPlan plan,
                     PlanExport(facts, previous.has_value() ? &*previous : nullptr, options_.keep,
                                [&](const ExportedFile& f) { return directory_.IsThere(f); }));
    if (plan.starts_anew) {
      Say("what the directory held does not join the volume's log any more: it is replaced");
    }
    if (plan.copy_snapshot) RETURN_IF_ERROR(CopySnapshot(plan.next.snapshots.back()));
    RETURN_IF_ERROR(CopyLog(plan));
    RETURN_IF_ERROR(directory_.WriteManifest(plan.next));
    report_.manifest = std::move(plan.next);
    return directory_.Sweep(report_.manifest);
  }

  Result<ExportFacts> Look() {
    ExportFacts facts;
    facts.now_us = clock_.WallUs();
    facts.positioned = volume_.traits().positioned_appends;
    ASSIGN_OR_RETURN(facts.identity, log::ReadIdentity(volume_));
    ASSIGN_OR_RETURN(facts.skips, log::ReadSkips(volume_));
    ASSIGN_OR_RETURN(log::Chain chain, log::ReadChainRegister(volume_, facts.identity.volume));
    facts.chain = std::move(chain.entries);
    ASSIGN_OR_RETURN(open_, ReadSegment(volume_, facts.identity, facts.chain.back()));
    facts.open_end = open_.bytes.size();
    facts.open_oldest_chunk = open_.count.oldest_chunk;
    facts.until = open_.count.seqno;
    facts.until_time_us = open_.count.time_us;
    ASSIGN_OR_RETURN(facts.newest, NewestSnapshot(volume_, facts.identity.volume, facts.chain));
    // Last: it holds every key that what was looked at is encrypted under.
    if (facts.identity.encrypted()) {
      ASSIGN_OR_RETURN(facts.keys, encryption::ReadKeyTable(volume_, facts.identity.volume));
    }
    return facts;
  }

  Status CopySnapshot(const ExportedSnapshot& s) {
    Say(fmt::format("copying snapshot {} ({} MiB)", s.seqno, s.data_bytes >> 20));
    for (const ExportedFile& file :
         {ExportedFile{snapshot::DataBlobName(s.seqno), s.data_bytes, s.data_hash},
          ExportedFile{snapshot::ManifestBlobName(s.seqno), s.manifest_bytes, s.manifest_hash}}) {
      RETURN_IF_ERROR(CopyBlob(volume_, directory_, file, options_.moved));
      Count(file.bytes);
    }
    return Status::Ok();
  }

  Status CopyLog(ExportPlan& plan) {
    if (plan.copy_pieces.empty()) return Status::Ok();
    Say(fmt::format("copying the log up to seqno {}", plan.next.until));
    for (const size_t index : plan.copy_pieces) {
      Piece& piece = plan.next.pieces[index];
      const auto entry = std::ranges::find_if(
          plan.next.chain, [&](const ChainEntry& e) { return e.segment.id == piece.segment; });
      if (!entry->sealed) {
        RETURN_IF_ERROR(CopyPiece(open_, plan.next, piece));
        continue;
      }
      ASSIGN_OR_RETURN(const Segment segment, ReadSegment(volume_, plan.next.identity, *entry));
      RETURN_IF_ERROR(CopyPiece(segment, plan.next, piece));
    }
    return Status::Ok();
  }

  // The pieces of the segment that are there must be what the volume holds.
  Status CopyPiece(const Segment& segment, const ExportManifest& next, Piece& piece) {
    const ByteView bytes(segment.bytes);
    if (bytes.size() < piece.to) {
      return {Code::kInternal, fmt::format("segment {} became shorter", piece.segment)};
    }
    for (const Piece& other : next.pieces) {
      if (other.segment != piece.segment || other.from >= piece.from) continue;
      if (Hash64(bytes.subspan(other.from, other.bytes()), 0) == other.hash) continue;
      return {Code::kInvalidArgument,
              fmt::format("{} holds another history of this volume (they differ in segment {}); "
                          "keep it and give another directory",
                          directory_.path(), piece.segment)};
    }
    ASSIGN_OR_RETURN(const auto file, directory_.Create(PieceFile(piece)));
    for (ByteView rest = bytes.subspan(piece.from, piece.bytes()); !rest.empty();) {
      const ByteView part = rest.first(std::min(rest.size(), kCopyBytes));
      RETURN_IF_ERROR(file->Write(part));
      RETURN_IF_ERROR(TellMoved(options_.moved, part.size()));
      rest = rest.subspan(part.size());
    }
    piece.hash = file->hash();
    Count(piece.bytes());
    return file->Finish();
  }

  void Count(uint64_t bytes) {
    report_.copied_bytes += bytes;
    ++report_.copied_files;
  }
  void Say(const std::string& step) {
    if (options_.step) options_.step(step);
  }

  storage::Backend& volume_;
  const ExportDirectory& directory_;
  const ExportOptions& options_;
  const Clock& clock_;
  Segment open_;  // of the round
  ExportReport report_;
};

}  // namespace

Result<ExportReport> ExportVolume(storage::Backend& volume, const ExportDirectory& directory,
                                  const ExportOptions& options, const Clock& clock) {
  return Exporter(volume, directory, options, clock).Run();
}

}  // namespace borealis::backup

#include "backup/import_volume.h"

#include <fmt/core.h>

#include <algorithm>

#include "log/chain.h"
#include "log/identity.h"
#include "log/segment_scan.h"

namespace borealis::backup {
namespace {

using log::ChainEntry;

constexpr uint64_t kSectorBytes = 512;  // batches of positioned backends fill whole ones

Result<Bytes> ReadSegment(const ExportDirectory& directory, const ExportManifest& manifest,
                          SegmentId id, const Moved& moved) {
  Bytes bytes;
  for (const Piece& piece : manifest.pieces) {
    if (piece.segment != id) continue;
    RETURN_IF_ERROR(
        directory.Read({PieceFile(piece), piece.bytes(), piece.hash}, [&](ByteView part) {
          bytes.insert(bytes.end(), part.begin(), part.end());
          return TellMoved(moved, part.size());
        }));
  }
  return bytes;
}

// Whether the bytes are batches of that segment from end to end, and count as the chain says.
Status CheckSegment(const ExportManifest& manifest, size_t index, ByteView bytes) {
  const ChainEntry& entry = manifest.chain[index];
  const log::BatchSeeds seeds(manifest.identity.volume, entry.segment, manifest.positioned,
                              manifest.identity.encrypted());
  const log::SegmentScan scan = log::ScanSegment(bytes, seeds, entry, bytes.size(), {});
  if (scan.tail != log::SegmentTail::kClean || scan.valid_end != bytes.size()) {
    return {scan.code, fmt::format("the export's segment {} is damaged at offset {}: {}",
                                   entry.segment.id, scan.valid_end, scan.reason)};
  }
  const bool last = index + 1 == manifest.chain.size();
  const Seqno end = last ? manifest.until : manifest.chain[index + 1].before;
  if (scan.count.seqno == end) return Status::Ok();
  return {Code::kCorruption, fmt::format("the export's segment {} ends at seqno {} and not {}",
                                         entry.segment.id, scan.count.seqno, end)};
}

Result<Bytes> ReadSnapshotManifest(const ExportDirectory& directory, const ExportManifest& manifest,
                                   const ExportedSnapshot& s) {
  Bytes bytes;
  RETURN_IF_ERROR(directory.Read(
      {snapshot::ManifestBlobName(s.seqno), s.manifest_bytes, s.manifest_hash}, [&](ByteView part) {
        bytes.insert(bytes.end(), part.begin(), part.end());
        return Status::Ok();
      }));
  ASSIGN_OR_RETURN(const snapshot::Manifest decoded, snapshot::DecodeManifest(bytes));
  if (decoded.seqno == s.seqno && decoded.volume == manifest.identity.volume &&
      decoded.stream_bytes == s.data_bytes && decoded.stream_hash == s.data_hash) {
    return bytes;
  }
  return Status(Code::kCorruption, fmt::format("the export's snapshot {} is another one", s.seqno));
}

Status FillSnapshot(const ExportDirectory& directory, const ExportManifest& manifest,
                    const ExportedSnapshot& s, storage::Backend& volume, const Moved& moved) {
  ASSIGN_OR_RETURN(const Bytes encoded, ReadSnapshotManifest(directory, manifest, s));
  ASSIGN_OR_RETURN(const auto data, volume.CreateBlob(snapshot::DataBlobName(s.seqno)));
  RETURN_IF_ERROR(directory.Read({snapshot::DataBlobName(s.seqno), s.data_bytes, s.data_hash},
                                 [&](ByteView part) -> Status {
                                   RETURN_IF_ERROR(data->Write(part));
                                   return TellMoved(moved, part.size());
                                 }));
  RETURN_IF_ERROR(data->Commit());
  ASSIGN_OR_RETURN(const auto blob, volume.CreateBlob(snapshot::ManifestBlobName(s.seqno)));
  RETURN_IF_ERROR(blob->Write(encoded));
  return blob->Commit();
}

Status FillSegment(ByteView bytes, const ChainEntry& entry, storage::Backend& volume) {
  RETURN_IF_ERROR(volume.CreateSegment(entry.segment));
  const size_t most = static_cast<size_t>(std::min<uint64_t>(
      kCopyBytes, volume.traits().append_bytes_max / kSectorBytes * kSectorBytes));
  for (uint64_t at = 0; at < bytes.size();) {
    const ByteView part = bytes.subspan(at, std::min(most, bytes.size() - at));
    const storage::AppendResult appended =
        volume.Append(entry.segment, [&](const storage::AppendPlace&) { return part; });
    if (appended.outcome != storage::AppendOutcome::kOk) return appended.status;
    if (appended.offset != at) return {Code::kInternal, "another writes to the new volume"};
    at += part.size();
  }
  if (!entry.sealed) return Status::Ok();
  return volume.Seal(entry.segment).status();
}

Status WriteOnce(storage::Backend& volume, const char* name, ByteView value) {
  return volume.SwapRegister(name, 0, value).status();
}

}  // namespace

Result<ExportManifest> ReadExport(const ExportDirectory& directory) {
  ASSIGN_OR_RETURN(std::optional<ExportManifest> manifest, directory.ReadManifest());
  if (!manifest.has_value()) {
    return Status(Code::kNotFound, directory.path() + " holds no complete export");
  }
  for (const ExportedFile& file : FilesOf(*manifest)) {
    if (directory.IsThere(file)) continue;
    return Status(
        Code::kCorruption,
        fmt::format("{}/{} is missing or has not its {} bytes; the export is damaged: use "
                    "another copy of it, or export again into a new directory",
                    directory.path(), file.name, file.bytes));
  }
  return std::move(*manifest);
}

Status CheckExport(const ExportDirectory& directory, const ExportManifest& manifest,
                   const Moved& moved) {
  for (const ExportedSnapshot& s : manifest.snapshots) {
    RETURN_IF_ERROR(ReadSnapshotManifest(directory, manifest, s).status());
    RETURN_IF_ERROR(directory.Read({snapshot::DataBlobName(s.seqno), s.data_bytes, s.data_hash},
                                   [&](ByteView part) { return TellMoved(moved, part.size()); }));
  }
  for (size_t i = 0; i < manifest.chain.size(); ++i) {
    ASSIGN_OR_RETURN(const Bytes bytes,
                     ReadSegment(directory, manifest, manifest.chain[i].segment.id, moved));
    RETURN_IF_ERROR(CheckSegment(manifest, i, bytes));
  }
  return Status::Ok();
}

uint64_t SegmentBytesMaxOf(const ExportManifest& manifest) {
  uint64_t most = kSectorBytes;
  for (const Piece& piece : manifest.pieces) most = std::max(most, piece.to);
  return most;
}

Status FillVolume(const ExportDirectory& directory, const ExportManifest& manifest,
                  bool all_snapshots, storage::Backend& volume, const Moved& moved) {
  if (manifest.positioned != volume.traits().positioned_appends) {
    return {
        Code::kUnsupported,
        fmt::format("the log of the export can't be put on the medium of {}", volume.Describe())};
  }
  RETURN_IF_ERROR(volume.EndRecovery());  // there is nothing to recover
  for (const ExportedSnapshot& s : manifest.snapshots) {
    if (!all_snapshots && &s != &manifest.snapshots.back()) continue;
    RETURN_IF_ERROR(FillSnapshot(directory, manifest, s, volume, moved));
  }
  log::Chain chain{.version = 0, .entries = manifest.chain};
  for (size_t i = 0; i < chain.entries.size(); ++i) {
    ASSIGN_OR_RETURN(const Bytes bytes,
                     ReadSegment(directory, manifest, chain.entries[i].segment.id, moved));
    RETURN_IF_ERROR(CheckSegment(manifest, i, bytes));
    RETURN_IF_ERROR(FillSegment(bytes, chain.entries[i], volume));
  }
  // The new medium is of another size than the old one was.
  chain.entries.back().medium_bytes = 0;
  if (!manifest.skips.empty()) {
    RETURN_IF_ERROR(WriteOnce(volume, log::kSkipsRegister, log::EncodeSkips(manifest.skips)));
  }
  if (manifest.keys.has_value()) {
    RETURN_IF_ERROR(
        WriteOnce(volume, encryption::kKeysRegister, encryption::EncodeKeyTable(*manifest.keys)));
  }
  RETURN_IF_ERROR(
      WriteOnce(volume, log::kChainRegister, log::EncodeChain(chain, manifest.identity.volume)));
  return WriteOnce(volume, log::kIdentityRegister, log::EncodeIdentity(manifest.identity));
}

}  // namespace borealis::backup

#include "backup/export_manifest.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/codec.h"
#include "log/chain.h"
#include "log/identity.h"
#include "snapshot/envelope.h"

namespace borealis::backup {
namespace {

constexpr snapshot::EnvelopeFormat kFormat = {"BRLEXPRT", kExportVersion, kExportSeed,
                                              "export manifest", "export"};
constexpr snapshot::EnvelopeFormat kPlainFormat = {"BRLEXPRT", 1, kExportSeed, "export manifest",
                                                   "export"};
constexpr size_t kPieceBytes = 32;
constexpr size_t kSnapshotBytes = 60;
constexpr size_t kIdDigits = 20;
constexpr size_t kOffsetDigits = 12;
constexpr std::string_view kSegmentPrefix = "segment.";

// The pieces cover every segment of the chain, in its order and without gaps.
bool PiecesCover(const ExportManifest& m) {
  size_t next = 0;
  for (const log::ChainEntry& entry : m.chain) {
    uint64_t end = 0;
    for (; next < m.pieces.size() && m.pieces[next].segment == entry.segment.id; ++next) {
      if (m.pieces[next].from != end || m.pieces[next].to <= end) return false;
      end = m.pieces[next].to;
    }
    if (entry.sealed && end != entry.final_size) return false;
  }
  return next == m.pieces.size();
}

bool Holds(const ExportManifest& m) {
  if (m.chain.empty() || m.snapshots.empty() || !PiecesCover(m)) return false;
  if (m.keys.has_value() != m.identity.encrypted()) return false;
  if (m.keys.has_value() && m.keys->volume != m.identity.volume) return false;
  if (m.until < m.chain.back().before) return false;
  Seqno previous = Seqno::Undefined();
  for (const ExportedSnapshot& s : m.snapshots) {
    if (s.seqno <= previous || s.seqno > m.until) return false;
    if (!FirstSegmentFor(m.chain, s.seqno, s.position, {}).has_value()) return false;
    previous = s.seqno;
  }
  return true;
}

Piece GetPiece(Decoder& in) {
  Piece piece;
  piece.segment.value = in.Int<uint64_t>();
  piece.from = in.Int<uint64_t>();
  piece.to = in.Int<uint64_t>();
  piece.hash = in.Int<uint64_t>();
  return piece;
}

ExportedSnapshot GetSnapshot(Decoder& in) {
  ExportedSnapshot snapshot;
  snapshot.seqno.value = in.Int<int64_t>();
  snapshot.position.segment.value = in.Int<uint64_t>();
  snapshot.position.offset = in.Int<uint64_t>();
  snapshot.position.index = in.Int<uint32_t>();
  snapshot.manifest_bytes = in.Int<uint64_t>();
  snapshot.manifest_hash = in.Int<uint64_t>();
  snapshot.data_bytes = in.Int<uint64_t>();
  snapshot.data_hash = in.Int<uint64_t>();
  return snapshot;
}

Status Damaged(std::string_view what) {
  return {Code::kCorruption, fmt::format("damaged export manifest: {}", what)};
}

bool AllDigits(std::string_view text, size_t count) {
  return text.size() == count && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

Bytes EncodeExportManifest(const ExportManifest& m) {
  CHECK(Holds(m));
  return EncodeUnchecked(m);
}

Bytes EncodeUnchecked(const ExportManifest& m) {
  Bytes payload;
  Encoder out(payload);
  out.Blob(log::EncodeIdentity(m.identity));
  out.Blob(log::EncodeChain({.version = 0, .entries = m.chain}, m.identity.volume));
  out.Blob(log::EncodeSkips(m.skips));
  if (m.keys.has_value()) out.Blob(encryption::EncodeKeyTable(*m.keys));
  out.Int(static_cast<uint8_t>(m.positioned ? 1 : 0));
  out.Int(m.until.value);
  out.Int(m.until_time_us);
  out.Int(m.exported_us);
  out.Int(static_cast<uint32_t>(m.pieces.size()));
  for (const Piece& piece : m.pieces) {
    out.Int(piece.segment.value);
    out.Int(piece.from);
    out.Int(piece.to);
    out.Int(piece.hash);
  }
  out.Int(static_cast<uint32_t>(m.snapshots.size()));
  for (const ExportedSnapshot& snapshot : m.snapshots) {
    out.Int(snapshot.seqno.value);
    out.Int(snapshot.position.segment.value);
    out.Int(snapshot.position.offset);
    out.Int(snapshot.position.index);
    out.Int(snapshot.manifest_bytes);
    out.Int(snapshot.manifest_hash);
    out.Int(snapshot.data_bytes);
    out.Int(snapshot.data_hash);
  }
  return snapshot::Wrap(m.keys.has_value() ? kFormat : kPlainFormat, payload);
}

Result<ExportManifest> DecodeExportManifest(ByteView bytes) {
  ASSIGN_OR_RETURN(const snapshot::Unwrapped unwrapped, snapshot::Unwrap(kFormat, bytes));
  Decoder in(unwrapped.payload);
  const ByteView identity = in.Blob();
  const ByteView chain = in.Blob();
  const ByteView skips = in.Blob();
  const ByteView keys = unwrapped.version > 1 ? in.Blob() : ByteView();
  ExportManifest m;
  const auto positioned = in.Int<uint8_t>();
  m.positioned = positioned == 1;
  m.until.value = in.Int<int64_t>();
  m.until_time_us = in.Int<int64_t>();
  m.exported_us = in.Int<int64_t>();
  const auto pieces = in.Count<uint32_t>(kPieceBytes);
  for (uint32_t i = 0; i < pieces && in.ok(); ++i) m.pieces.push_back(GetPiece(in));
  const auto snapshots = in.Count<uint32_t>(kSnapshotBytes);
  for (uint32_t i = 0; i < snapshots && in.ok(); ++i) m.snapshots.push_back(GetSnapshot(in));
  if (!in.done() || positioned > 1) return Damaged("fields");
  ASSIGN_OR_RETURN(m.identity, log::DecodeIdentity(identity));
  ASSIGN_OR_RETURN(log::Chain decoded, log::DecodeChain(chain, m.identity.volume));
  m.chain = std::move(decoded.entries);
  ASSIGN_OR_RETURN(m.skips, log::DecodeSkips(skips));
  if (unwrapped.version > 1) {
    ASSIGN_OR_RETURN(m.keys, encryption::DecodeKeyTable(keys));
  }
  if (!Holds(m)) return Damaged("its parts do not fit together");
  return m;
}

std::string PieceFile(const Piece& piece) {
  return fmt::format("{}{:020}.{:012}-{:012}", kSegmentPrefix, piece.segment.value, piece.from,
                     piece.to);
}

bool IsExportFile(std::string_view name) {
  if (name == kExportManifestFile) return true;
  if (snapshot::ParseManifestBlobName(name).has_value()) return true;
  constexpr std::string_view kData = ".data";
  if (name.ends_with(kData)) {
    name.remove_suffix(kData.size());
    return snapshot::ParseManifestBlobName(std::string(name) + ".manifest").has_value();
  }
  if (!name.starts_with(kSegmentPrefix)) return false;
  name.remove_prefix(kSegmentPrefix.size());
  return name.size() == kIdDigits + 2 + 2 * kOffsetDigits && name[kIdDigits] == '.' &&
         name[kIdDigits + 1 + kOffsetDigits] == '-' &&
         AllDigits(name.substr(0, kIdDigits), kIdDigits) &&
         AllDigits(name.substr(kIdDigits + 1, kOffsetDigits), kOffsetDigits) &&
         AllDigits(name.substr(kIdDigits + 2 + kOffsetDigits), kOffsetDigits);
}

std::vector<ExportedFile> FilesOf(const ExportManifest& manifest) {
  std::vector<ExportedFile> files;
  for (const ExportedSnapshot& s : manifest.snapshots) {
    files.push_back({snapshot::ManifestBlobName(s.seqno), s.manifest_bytes, s.manifest_hash});
    files.push_back({snapshot::DataBlobName(s.seqno), s.data_bytes, s.data_hash});
  }
  for (const Piece& piece : manifest.pieces) {
    files.push_back({PieceFile(piece), piece.bytes(), piece.hash});
  }
  return files;
}

std::optional<size_t> FirstSegmentFor(const std::vector<log::ChainEntry>& chain, Seqno seqno,
                                      const Position& position, SegmentId open_oldest_chunk) {
  if (chain.empty() || seqno < chain.front().before) return std::nullopt;
  // By the seqno, and no later than the place that the snapshot names.
  size_t first = 0;
  while (first + 1 < chain.size() && chain[first + 1].before <= seqno) ++first;
  SegmentId needed = chain[first].segment.id;
  if (position.segment.value != 0) needed = std::min(needed, position.segment);
  const auto from = [&](SegmentId id) {
    return std::ranges::find_if(chain, [&](const auto& entry) { return entry.segment.id >= id; });
  };
  for (auto entry = from(needed); entry != chain.end(); ++entry) {
    if (entry->sealed) needed = std::min(needed, entry->oldest_chunk);
  }
  if (open_oldest_chunk.value != 0) needed = std::min(needed, open_oldest_chunk);
  const auto found = from(needed);
  if (found == chain.end() || found->segment.id != needed) return std::nullopt;
  return static_cast<size_t>(found - chain.begin());
}

}  // namespace borealis::backup

// ExportManifest: what an export is. An export is a directory of plain files that hold a snapshot
// of a volume and the log after it; it exists if and only if its manifest does, which is written
// last.
//
//   manifest = envelope(snapshot/envelope.h) with magic "BRLEXPRT"
//   payload  = identity:blob  chain:blob  skips:blob           as in the volume's registers
//              keys:blob                                       version 2 only: of an encrypted
//              volume positioned:u8  until:i64  until_time_us:i64  exported_us:i64 pieces:u32
//              piece*  snapshots:u32 snapshot*
//   piece    = segment:u64 from:u64 to:u64 hash:u64
//   snapshot = seqno:i64 position(segment:u64 offset:u64 index:u32)
//              manifest_bytes:u64 manifest_hash:u64 data_bytes:u64 data_hash:u64
//   blob     = length:u32 bytes        hash = XXH3-64(the file's bytes, seed 0)
//
// Files, none of which ever changes under its name:
//   borealis-export                        this; replaced as a whole
//   segment.<id, 20 digits>.<from, 12>-<to, 12>    bytes [from, to) of a segment
//   snapshot.<seqno, 20 digits>.manifest, .data    as the volume's blobs
//
// Invariants, checked when decoding: the pieces are those of the chain's segments, in order, and
// cover each from 0 to its end without a gap (a sealed one's end is its final size); snapshots
// rise, there is at least one, each lies in the chain and none is after `until`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/status.h"
#include "encryption/key_table.h"
#include "log/log.h"
#include "log/skips.h"
#include "snapshot/manifest.h"

namespace borealis::backup {

// Bytes of one segment in one file.
struct Piece {
  SegmentId segment;
  uint64_t from = 0;
  uint64_t to = 0;  // > from
  uint64_t hash = 0;
  uint64_t bytes() const { return to - from; }
  bool operator==(const Piece&) const = default;
};

struct ExportedSnapshot {
  Seqno seqno;
  Position position;
  uint64_t manifest_bytes = 0;
  uint64_t manifest_hash = 0;
  uint64_t data_bytes = 0;
  uint64_t data_hash = 0;
  bool operator==(const ExportedSnapshot&) const = default;
};

struct ExportManifest {
  log::Identity identity;
  std::vector<log::ChainEntry> chain;  // oldest first; the last is open
  std::vector<log::Skip> skips;
  std::optional<encryption::KeyTable> keys;  // if and only if the volume is encrypted
  bool positioned = true;                    // storage::Traits::positioned_appends of the volume
  Seqno until = Seqno::Zero();               // the last record that the export holds
  int64_t until_time_us = 0;
  int64_t exported_us = 0;
  std::vector<Piece> pieces;
  std::vector<ExportedSnapshot> snapshots;  // oldest first
  bool operator==(const ExportManifest&) const = default;
};

inline constexpr char kExportManifestFile[] = "borealis-export";
inline constexpr uint32_t kExportVersion = 2;
inline constexpr uint64_t kExportSeed = 0x6578706f7274;
inline constexpr size_t kExportManifestBytesMax = 64 << 20;

// REQUIRES: the invariants above.
Bytes EncodeExportManifest(const ExportManifest& manifest);
// The same of anything: for tests of the decoder.
Bytes EncodeUnchecked(const ExportManifest& manifest);
// kCorruption; kUnsupported when a newer release wrote it, or the volume.
Result<ExportManifest> DecodeExportManifest(ByteView bytes);

std::string PieceFile(const Piece& piece);
// Whether a file of that name may be ours: a piece's, a snapshot's or the manifest's.
bool IsExportFile(std::string_view name);

struct ExportedFile {
  std::string name;
  uint64_t bytes = 0;
  uint64_t hash = 0;
  bool operator==(const ExportedFile&) const = default;
};
// Every file that the manifest names, but itself.
std::vector<ExportedFile> FilesOf(const ExportManifest& manifest);

// Index of the oldest segment that a replay from the snapshot reads; nullopt: the chain does not
// reach back to it. `open_oldest_chunk`: SegmentCount::oldest_chunk of the open segment; id 0 when
// it is not known, and then its chunks are not looked for.
std::optional<size_t> FirstSegmentFor(const std::vector<log::ChainEntry>& chain, Seqno seqno,
                                      const Position& position, SegmentId open_oldest_chunk);

}  // namespace borealis::backup

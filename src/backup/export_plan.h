// What an export copies, keeps and drops. Pure: what the volume holds, what the directory holds and
// how much to keep in, the next manifest out, with what has to be copied before it may be written.
//
//   snapshots  the newest `keep` of those in the directory and the volume's newest; never one from
//              before a gap in the log, or one that holds a record that was given up since (skips)
//   log        from the oldest kept snapshot to the end, whole: pieces that are there are used
//              again, only what is new is copied. Too many pieces of one segment become one.
//
// A directory that holds another history than the volume is refused: the export may be all that is
// left of it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "backup/export_manifest.h"

namespace borealis::backup {

inline constexpr size_t kKeepDefault = 2;  // snapshots in an export
inline constexpr size_t kKeepMax = 1000;
inline constexpr size_t kPiecesPerSegmentMax = 32;

struct ExportFacts {
  log::Identity identity;
  std::vector<log::ChainEntry> chain;  // oldest first; the last is open
  std::vector<log::Skip> skips;
  std::optional<encryption::KeyTable> keys;  // if the volume is encrypted
  bool positioned = true;                    // storage::Traits::positioned_appends
  uint64_t open_end = 0;                     // durable bytes of the open segment
  SegmentId open_oldest_chunk = {};          // SegmentCount::oldest_chunk of it
  Seqno until;                               // the last record of it
  int64_t until_time_us = 0;
  int64_t now_us = 0;
  ExportedSnapshot newest;  // the volume's newest that can be used
};

struct ExportPlan {
  ExportManifest next;              // the hashes of what is copied are 0
  std::vector<size_t> copy_pieces;  // indexes into next.pieces
  bool copy_snapshot = false;       // the volume's newest; it is next.snapshots.back()
  bool starts_anew = false;         // nothing that the directory held joins what is copied
};

// `previous`: what the directory holds; nullptr: nothing. `is_there`: whether a file of that name
// and size is there; a file that is missing is copied again where the volume still has it.
// kInvalidArgument: the directory holds another volume, or another history of this one.
Result<ExportPlan> PlanExport(const ExportFacts& facts, const ExportManifest* previous, size_t keep,
                              const std::function<bool(const ExportedFile&)>& is_there);

}  // namespace borealis::backup

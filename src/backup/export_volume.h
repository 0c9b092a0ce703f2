// Export: a volume's newest snapshot and its log, into an export directory. The volume may serve
// meanwhile, or not; nothing of it is written. Whatever is copied is checked on the way: segments
// as `volume verify` does, snapshots by their hash.
//
// One export is a few rounds, each of which ends with a manifest: the first copies what takes long,
// the next what came meanwhile. Adapter around export_plan.h.
#pragma once

#include <functional>
#include <string>

#include "backup/export_directory.h"
#include "backup/export_plan.h"
#include "base/clock.h"
#include "storage/backend.h"

namespace borealis::backup {

struct ExportOptions {
  size_t keep = kKeepDefault;                    // snapshots, 1 to kKeepMax
  Moved moved;                                   // may be empty
  std::function<void(const std::string&)> step;  // may be empty; what is done next, for a person
};

struct ExportReport {
  ExportManifest manifest;
  uint64_t copied_bytes = 0;
  size_t copied_files = 0;
  uint64_t total_bytes = 0;  // of all files of the export
};

// REQUIRES: what `volume` holds of its log from its oldest snapshot on is not trimmed meanwhile.
// kInvalidArgument: the directory holds the export of something else. kNotFound: the volume has no
// snapshot that can be used. kCorruption: the volume or the directory's manifest is damaged. After
// a failure the directory holds what the last complete round left.
Result<ExportReport> ExportVolume(storage::Backend& volume, const ExportDirectory& directory,
                                  const ExportOptions& options, const Clock& clock);

}  // namespace borealis::backup

// Export of a volume into a directory of plain files (src/backup), while it serves or at rest: its
// log is kept from being trimmed meanwhile, and how it went is noted in the volume
// (export_state.h). Adapter.
#pragma once

#include <atomic>
#include <string>

#include "backup/export_volume.h"
#include "base/clock.h"
#include "node/progress.h"

namespace borealis::node {

struct ExportRequest {
  std::string volume;     // absolute directory
  std::string directory;  // absolute; its parent exists
  size_t keep = backup::kKeepDefault;
  uint32_t every_minutes = 0;  // ExportState::every_minutes
};

// kConflict: another export or import works on the directory. kAborted: cancelled. Else as
// backup::ExportVolume and ExportDirectory::OpenForWriting. kNotFound also: one that is repeated
// finds its directory empty, because it is not mounted, say. After a failure the directory holds
// what it held before, or more.
Result<backup::ExportReport> ExportVolume(const ExportRequest& request, const Clock& clock,
                                          const Progress& progress,
                                          const std::atomic<bool>& cancel);

// Notes one that could not even begin.
void NoteExportFailure(const ExportRequest& request, const Status& why, const Clock& clock);

}  // namespace borealis::node

// Import: a new volume from an export (src/backup), with exactly the content that the exported one
// had at a seqno: by default the export's last.
//
//   the export's files, each checked -> a volume of the old history, at rest, in the target's
//   working directory -> restored into the target as any volume is (volume_restore.h): a new
//   history
//
// So nothing of an import is visible before all of it has been read, applied and checked, and no
// cache or copy of the exported volume can be mixed up with it. Adapter.
#pragma once

#include <atomic>
#include <string>

#include "backup/import_volume.h"
#include "base/clock.h"
#include "base/uuid.h"
#include "node/progress.h"
#include "node/restore_window.h"
#include "node/server_command.h"

namespace borealis::node {

struct ImportRequest {
  ServerConfig nodes;     // what the servers are run with; its volume is ImportedHistory(target)
  std::string directory;  // of the export, absolute
  std::string target;     // absolute directory, as restore_target.h wants it
  RestorePoint point;     // none: the export's last record
  bool encrypt = false;   // RestoreRequest::encrypt
};

struct Imported {
  Uuid volume;  // the new one
  log::Moment moment;
};

// Where the exported history is put meanwhile.
std::string ImportedHistory(const std::string& target);

// The new volume is visible and durable when ok. kNotFound: there is no export. kCorruption,
// kUnsupported: it is damaged, or of a newer release. kInvalidArgument: the point is outside of it.
// kConflict: an export writes it now. kAborted: cancelled. After a failure nothing is visible.
// REQUIRES: the caller holds the lock of RestoringLayout(target), and has cleared the target.
Result<Imported> ImportVolume(const ImportRequest& request, const Clock& clock,
                              const Progress& progress, const std::atomic<bool>& cancel);

}  // namespace borealis::node

// Directory trees in and out of archives. Adapter between archive.h and the file system.
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "base/status.h"
#include "snapshot/archive.h"

namespace borealis::snapshot {

// What a tree holds, for messages and manifests.
struct TreeSize {
  uint64_t files = 0;
  uint64_t bytes = 0;  // sum of the sizes of its files
};

// True for a relative path that stays out of the archive (a directory with all in it).
using PathFilter = std::function<bool(const std::string& path)>;

// Writes every directory and file below `root`, in order of name, holes and blocks of zeros left
// out. The tree must not change meanwhile. kInvalidArgument names a link, socket or device.
Result<TreeSize> PackTree(const std::string& root, const PathFilter& skip, ArchiveWriter& archive);

// Unpacks into the empty directory `root`; everything is durable when ok. Files get mode 0600 and
// directories 0700, and the execute bit for the owner where it was set. `cancel` (may be null) is
// looked at between pieces: kAborted. After a failure `root` holds a part.
Result<TreeSize> UnpackTree(ArchiveReader& archive, const std::string& root,
                            const std::atomic<bool>* cancel);

// Reads everything, keeps nothing.
Result<TreeSize> CheckTree(ArchiveReader& archive);

}  // namespace borealis::snapshot

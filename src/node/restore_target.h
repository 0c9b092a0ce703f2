// Where a restore makes its volume: a new or empty directory, in which nothing can be taken for a
// volume before it is whole. Adapter.
//
//   DIR/.restoring/          the restore's lock, and the files of its replica (NodeLayout)
//   DIR/.restoring/volume/   the volume under construction
//
// At the end everything of the volume moves up to DIR, .restoring is removed, and last the file
// that makes it a volume gets its name. What a restore that was killed left is removed by the next
// into the same directory.
#pragma once

#include <string>

#include "base/status.h"
#include "node/layout.h"
#include "snapshot/files.h"

namespace borealis::node {

inline constexpr char kRestoringDirectory[] = ".restoring";

NodeLayout RestoringLayout(const std::string& directory);
std::string RestoringVolume(const std::string& directory);

// kAlreadyExists: a volume or other files are there; an interrupted restore is none.
Status CheckRestoreTarget(const std::string& directory);

// Removes what an interrupted restore left, but for its lock. kAlreadyExists as above. REQUIRES:
// that lock is held.
Status ClearRestoreTarget(const std::string& directory);

// Takes the lock of the restore, ends what one that was killed left running, and clears the target.
// The lock is held as long as what is returned lives. kConflict: another works there.
Result<snapshot::UniqueFd> ClaimRestoreTarget(const std::string& directory);

// Removes all but the volume, the lock too, and makes it visible, durably. After a failure it may
// be visible or not. REQUIRES: the lock is held; the volume is whole and nobody is attached to it.
Status ShowRestoredVolume(const std::string& directory);

// After a failure: removes everything, and the directory if it is empty then.
void AbandonRestoreTarget(const std::string& directory);

}  // namespace borealis::node

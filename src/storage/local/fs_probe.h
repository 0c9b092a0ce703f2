// Whether a file system can carry a volume: shared memory and locks that work between processes of
// this machine, syncs that mean something, atomic renames.
#pragma once

#include <cstdint>
#include <string>

#include "base/status.h"

namespace borealis::storage::local {

// By its type number (statfs). kUnsupported for network, cluster and user-space file systems, whose
// locks and shared mappings do not hold between machines. Pure.
Status CheckFileSystemType(const std::string& path, int64_t type);
// Types that forget everything at a reboot (tmpfs): allowed, for tests.
bool IsVolatileFileSystem(int64_t type);

// The type, then by trying: shared mappings, robust locks between two of them, file locks, sync and
// rename in `directory`; warns in the log when it is not durable. kUnsupported says what is
// missing; kNoSpace, kIo.
Status ProbeFileSystem(const std::string& path, int directory);

}  // namespace borealis::storage::local

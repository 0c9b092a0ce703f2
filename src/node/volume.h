// A cluster volume as commands and agents meet it: found, looked at, attached. Adapter.
#pragma once

#include <memory>
#include <string>

#include "base/status.h"
#include "encryption/key_ring.h"
#include "log/log.h"
#include "node/cache_decision.h"
#include "storage/local/local_backend.h"

namespace borealis::node {

// "DIR" or "volume:///DIR" -> absolute directory. kInvalidArgument: another scheme.
Result<std::string> ParseVolumeName(const std::string& name);

// Looks without attaching. kNotFound: no volume there.
Result<std::unique_ptr<storage::Backend>> LookAtVolume(const std::string& directory);

// Attaches. The caller may find itself the first (NeedsRecovery) and then lets go soon: the log is
// recovered by the first server, which also tells the members that the incarnations before are
// dead.
Result<std::unique_ptr<storage::Backend>> AttachVolume(const std::string& directory);
// The same for who may make segments, with their capacity.
Result<std::unique_ptr<storage::Backend>> AttachVolume(const std::string& directory,
                                                       uint64_t segment_bytes_max);
// For who frees space: with the right to what is held back for that.
Result<std::unique_ptr<storage::LocalBackend>> AttachForUpkeep(const std::string& directory,
                                                               uint64_t segment_bytes_max);

// The data keys of an encrypted volume, by the master key that this process's environment names
// (encryption/key_source.h); null: it is not encrypted. kInvalidArgument and others say in one line
// why they can't be had. The volume outlives them.
Result<std::unique_ptr<encryption::KeyRing>> OpenVolumeKeys(storage::Backend& volume);

// The same; null, too, when the environment names none: for what can do with less.
Result<std::unique_ptr<encryption::KeyRing>> OpenVolumeKeysIfNamed(storage::Backend& volume);

// What the log holds, from a look at it: reads the open segment only. kCorruption names the place.
Result<LogBounds> ReadLogBounds(storage::Backend& volume);

}  // namespace borealis::node

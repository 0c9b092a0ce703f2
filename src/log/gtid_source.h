// Register "gtid": whose transactions the GTIDs of this volume name.
//
//   gtid     := u32 magic "BLGT"  u32 register version(1)  u32 domain  u32 server  u64 checksum
//   checksum := Hash64(everything before, kGtidSourceSeed)
//
// A server with wsrep_gtid_mode names a transaction of the cluster DOMAIN-SERVER-NUMBER, and the
// names must be the same on all, whatever each was started with: a replica that follows one of them
// is moved to another by them. The first server's are the volume's.
#pragma once

#include "base/status.h"
#include "storage/backend.h"

namespace borealis::log {

inline constexpr char kGtidRegister[] = "gtid";
inline constexpr uint64_t kGtidSourceSeed = 0x67746964;

struct GtidSource {
  uint32_t domain = 0;
  uint32_t server = 0;
  bool operator==(const GtidSource&) const = default;
};

Bytes EncodeGtidSource(const GtidSource& source);
// kCorruption, kUnsupported.
Result<GtidSource> DecodeGtidSource(ByteView bytes);

// The volume's; `own` becomes it where there is none.
Result<GtidSource> AgreeOnGtidSource(storage::Backend& backend, const GtidSource& own);

}  // namespace borealis::log

// Register "identity": the constants of a volume. Written once, when the volume is created.
//
//   identity := u32 magic "BLID"  u32 register version(1)  uuid volume  u32 format version
//               u32 certification window  i64 created_us  u64 checksum
//   checksum := Hash64(everything before, kIdentitySeed)
#pragma once

#include "base/status.h"
#include "log/log.h"

namespace borealis::log {

inline constexpr char kIdentityRegister[] = "identity";
inline constexpr uint64_t kIdentitySeed = 0x6964656e74697479;
inline constexpr uint32_t kCertificationWindowMax = 1u << 20;

Bytes EncodeIdentity(const Identity& identity);
// kCorruption; kUnsupported names both format versions.
Result<Identity> DecodeIdentity(ByteView bytes);

// Reads and decodes. kNotFound: there is no volume here.
Result<Identity> ReadIdentity(storage::Backend& backend);

}  // namespace borealis::log

// Envelope: the frame of the small formats of this room: what it is, of which version, a hash.
//
//   envelope = magic version:u32 payload hash:u64
//   payload  = length:u32 bytes        hash = XXH3-64(all before it, seed)
//
// Nothing may follow. A format has a magic, a seed and versions of its own; what its payload holds
// is its own business.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/status.h"

namespace borealis::snapshot {

struct EnvelopeFormat {
  std::string_view magic;
  uint32_t version;  // the newest, from 1; it is written
  uint64_t seed;
  std::string_view name;   // for messages: "damaged NAME"
  std::string_view owner;  // "the OWNER has format 3, ..."
};

Bytes Wrap(const EnvelopeFormat& format, ByteView payload);

struct Unwrapped {
  uint32_t version = 0;  // 1 .. format.version
  ByteView payload;      // in the bytes given
};
// kCorruption; kUnsupported when a newer release wrote it.
Result<Unwrapped> Unwrap(const EnvelopeFormat& format, ByteView bytes);

}  // namespace borealis::snapshot

// The frame of the small formats that registers hold: what it is, of which version, a checksum.
//
//   register := u32 magic  u32 version  body  u64 checksum
//   checksum := Hash64(everything before, seed)
//
// What the body holds is the format's own business.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/status.h"

namespace borealis::storage {

struct RegisterFormat {
  std::string_view name;  // of the register, for messages
  uint32_t magic = 0;
  uint32_t version = 1;  // the newest, from 1; it is written
  uint64_t seed = 0;

  // kCorruption.
  Status Damaged() const;
};

// `version`: for a body that is written as an older release wrote it.
Bytes FrameRegister(const RegisterFormat& format, ByteView body, uint32_t version);
inline Bytes FrameRegister(const RegisterFormat& format, ByteView body) {
  return FrameRegister(format, body, format.version);
}

struct RegisterContent {
  uint32_t version = 0;  // 1 .. format.version
  ByteView body;         // in the bytes given
};
// kCorruption; kUnsupported when a newer release wrote it.
Result<RegisterContent> OpenRegister(const RegisterFormat& format, ByteView bytes);
// Of a format that has had one version only.
Result<ByteView> RegisterBody(const RegisterFormat& format, ByteView bytes);

}  // namespace borealis::storage

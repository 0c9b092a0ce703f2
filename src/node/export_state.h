// What a volume remembers of its exports into each directory: a hint, written by whoever exports,
// read by agents (is one due?) and by `volume show`. Losing it costs an export that copies nothing.
//
//   hint "export.<hash of the directory, 16 hex digits>"
//   state    = magic "BLES" version:u16(1) zero:u16 directory:text every_minutes:u32
//              until:i64 until_time_us:i64 succeeded_us:i64 failed_us:i64 failure:text checksum:u64
//   text     = length:u32 bytes       checksum = Hash64(everything before, kExportStateSeed)
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/status.h"
#include "model/ids.h"
#include "storage/backend.h"

namespace borealis::node {

inline constexpr uint64_t kExportStateSeed = 0x626c65787374;
inline constexpr size_t kExportDirectoryBytesMax = 1024;
inline constexpr size_t kExportFailureBytesMax = 512;

struct ExportState {
  std::string directory = {};
  uint32_t every_minutes = 0;  // how often it is meant to be made; 0: by hand
  Seqno until = {};            // of the last good one; undefined: there was none
  int64_t until_time_us = 0;
  int64_t succeeded_us = 0;  // when that ended; 0: never
  int64_t failed_us = 0;     // when one failed since; 0: none did
  std::string failure = {};  // one line
  bool operator==(const ExportState&) const = default;
};

std::string ExportHintName(const std::string& directory);
// What is too long is cut.
Bytes EncodeExportState(const ExportState& state);
// kCorruption, kUnsupported.
Result<ExportState> DecodeExportState(ByteView bytes);

// By directory; what can't be read is left out.
Result<std::vector<ExportState>> ReadExportStates(storage::Backend& volume);

}  // namespace borealis::node

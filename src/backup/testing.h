// What the tests of this room share: a small manifest by hand.
#pragma once

#include "backup/export_manifest.h"

namespace borealis::backup::testing {

// Segment `id` under epoch id + 1; `bytes` 0: the open one.
inline log::ChainEntry Entry(uint64_t id, int64_t before, uint64_t bytes) {
  return {.segment = {{id}, {id + 1}},
          .before = {before},
          .time_before_us = before * 10,
          .final_size = bytes,
          .oldest_chunk = {bytes > 0 ? id : 0},
          .medium_bytes = 0,
          .sealed = bytes > 0};
}

inline log::Identity Volume(uint64_t n = 1) {
  return {.volume = Uuid::FromRandom(0x99, n), .created_us = 1};
}

inline ExportedSnapshot Snapshot(int64_t seqno, uint64_t segment) {
  return {.seqno = {seqno},
          .position = {{segment}, 0, 0},
          .manifest_bytes = 100,
          .manifest_hash = 1,
          .data_bytes = 1000,
          .data_hash = 2};
}

// Segment 3 sealed, 4 open in two pieces; snapshots 10 and 25; up to seqno 31.
inline ExportManifest SmallManifest() {
  ExportManifest m;
  m.identity = Volume();
  m.chain = {Entry(3, 10, 4096), Entry(4, 20, 0)};
  m.skips = {{.seqno = {12}, .decided_us = 5, .reason = "why"}};
  m.until = {31};
  m.until_time_us = 310;
  m.exported_us = 400;
  m.pieces = {{{3}, 0, 4096, 7}, {{4}, 0, 1024, 8}, {{4}, 1024, 2048, 9}};
  m.snapshots = {Snapshot(10, 3), Snapshot(25, 4)};
  return m;
}

}  // namespace borealis::backup::testing

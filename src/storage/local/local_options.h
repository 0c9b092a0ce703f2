// LocalOptions: what may be set about a local volume, with units. Every process attached to one
// volume should use the same segment size; a difference costs a spare file, never correctness.
#pragma once

#include <cstdint>

#include "base/clock.h"

namespace borealis::storage {

namespace local {
class FileOps;
class SyncPoints;
}  // namespace local

struct LocalOptions {
  // Capacity of a segment file, written with zeros beforehand. Default: what the log rolls at
  // (64 MiB) and one largest append of headroom.
  uint64_t segment_bytes_max = (64ull + 8) << 20;
  uint64_t append_bytes_max = 8ull << 20;
  // Keep one zeroed file ready, so that a new segment costs a rename.
  bool prepare_spares = true;
  // On a full disk take what LocalBackend::KeepReserve held back: for who frees space, not for
  // clients.
  bool use_reserve = false;
  // Pause between the 1 MiB writes that zero a spare, so that they do not delay commits.
  int spare_pace_ms = 10;

  // A waiter looks at the holder of a lock once per tick. The holder is taken for hung, and killed,
  // after hang_ticks looks at a process that made no progress; after hang_ticks_disk looks when it
  // is waiting for the disk in the kernel, where a kill would not help. Counted in looks, not in
  // time: a waiter that was frozen itself counts one.
  int tick_ms = 100;
  // Who waits for another's sync looks for the first time after this: a crash of the process that
  // syncs costs the others as much.
  int first_look_ms = 20;
  int hang_ticks = 20;
  int hang_ticks_disk = 300;

  const Clock* clock = &SystemClock();
  // For tests; null: the system's calls, no points. Not owned, outlive the backend.
  local::FileOps* file_ops = nullptr;
  local::SyncPoints* sync_points = nullptr;
};

}  // namespace borealis::storage

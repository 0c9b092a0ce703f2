// MemoryVolume: one shared medium in memory; MemoryBackend: one process attached to it.
//
//   auto volume = MemoryVolume::Create({});
//   auto a = volume->Attach();   // NeedsRecovery(): nobody else was attached
//   CHECK_OK(a->EndRecovery());
//   auto b = volume->Attach();   // a second "process" in the same test
//
// A process dies cleanly when its MemoryBackend is destroyed, and without any cleanup by Crash():
// its later calls return kUnavailable, and unfinished blobs stay behind. The medium lives as long
// as the volume or anything attached to it. Everything written is durable at once; what a medium
// can do worse than that is in faulty/.
//
// Thread-safe. One mutex guards the medium; nothing is called with it held but a BatchEncoder.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/mutex.h"
#include "storage/backend.h"
#include "storage/memory/segments.h"
#include "storage/memory/values.h"

namespace borealis::storage {

// A local directory's traits (offsets known beforehand) or those of a RADOS pool (floating).
inline constexpr Traits kPositionedTraits = {.positioned_appends = true,
                                             .tail_may_tear = true,
                                             .segment_bytes_max = 1ull << 30,
                                             .append_bytes_max = 64ull << 20};
inline constexpr Traits kFloatingTraits = {.positioned_appends = false,
                                           .tail_may_tear = false,
                                           .segment_bytes_max = 16ull << 20,
                                           .append_bytes_max = 4ull << 20};

struct MemoryOptions {
  Traits traits = kPositionedTraits;
  std::string name = "memory://test";
  // After a moment with no process attached: the ends of unsealed segments are forgotten, as the
  // contract allows where tail_may_tear; each must be sealed at a size before it is read or left.
  bool full_crash_loses_ends = false;
  // With the above: asked for each sealed segment whether its seal is forgotten too; empty: no.
  // Called with the volume locked.
  std::function<bool()> full_crash_loses_seal = nullptr;
  // False for single-threaded use: WaitForData that has nothing returns kTimeout at once.
  bool waits_block = true;
};

class MemoryBackend;

// What a MemoryBackend is to its medium.
struct MemoryProcess {
  bool alive = true;
  bool recovering = false;  // holds the recovery lock
  bool interrupted = false;
};

class MemoryVolume : public std::enable_shared_from_this<MemoryVolume> {
 public:
  static std::shared_ptr<MemoryVolume> Create(MemoryOptions options);
  explicit MemoryVolume(MemoryOptions options);  // use Create

  // Blocks while another process holds the recovery lock.
  std::unique_ptr<MemoryBackend> Attach() EXCLUDES(mutex);
  // kUnavailable instead of blocking.
  Result<std::unique_ptr<MemoryBackend>> TryAttach() EXCLUDES(mutex);

  // The same for backends that are more than a MemoryBackend: the number of a new process, which
  // the MemoryBackend made with it owns.
  uint64_t AdmitProcess() EXCLUDES(mutex);
  Result<uint64_t> TryAdmitProcess() EXCLUDES(mutex);

  // Every attached process dies at once; the medium keeps all bytes written.
  void CrashAll() EXCLUDES(mutex);

  const MemoryOptions& options() const { return options_; }

  // --- The medium: for the backends in this room ------------------------------------------------
  mutable Mutex mutex;
  CondVar changed;  // anything a waiter may wait for: data, seals, deaths, the recovery lock
  SegmentTable segments GUARDED_BY(mutex);
  RegisterTable registers GUARDED_BY(mutex);
  BlobTable blobs GUARDED_BY(mutex);
  HintTable hints GUARDED_BY(mutex);
  // By number; a crashed process stays until its object is destroyed.
  std::map<uint64_t, MemoryProcess> processes GUARDED_BY(mutex);
  // Counts how often a process attached that found no other alive.
  uint64_t generation GUARDED_BY(mutex) = 0;

  // Of segments' media, registers' values and blobs.
  uint64_t BytesUsedLocked() const REQUIRES(mutex);

  void CrashLocked(uint64_t process) REQUIRES(mutex);
  void CrashAllLocked() REQUIRES(mutex);

 private:
  bool RecoveringLocked() const REQUIRES(mutex);
  uint64_t AdmitLocked() REQUIRES(mutex);

  const MemoryOptions options_;
  uint64_t processes_made_ GUARDED_BY(mutex) = 0;
};

}  // namespace borealis::storage

// SharedState: the file `shm` of a volume, mapped by every attached process. It holds what must be
// common and fast, and nothing that must survive: when nobody is attached it is thrown away and
// made anew by the next to attach (who then recovers the volume).
//
// Layout: struct SharedState below, native byte order, one machine, one build of the layout
// (kSharedLayout and the size are compared on attach). Words are std::atomic and lock-free.
//
// Lock order: registers; table -> append. A leader of a sync holds none of them.
#pragma once

#include <pthread.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <string>

#include "base/status.h"
#include "storage/local/file_ops.h"

namespace borealis::storage::local {

inline constexpr uint64_t kSharedMagic = 0x6d68732d73696c61;  // "alis-shm"
inline constexpr uint32_t kSharedLayout = 1;
inline constexpr int kAttachSlotsMax = 64;     // one bit each in SharedSegment::readers
inline constexpr int kSegmentEntriesMax = 64;  // segments that are open, or were sealed lately

// A robust mutex between processes and a word that its holder moves, so that waiters can tell a
// slow holder from a hung one. Use through WatchedLock.
struct SharedMutex {
  pthread_mutex_t native;
  std::atomic<uint32_t> progress;

  void Init();
  // Thread id of the holder in its own process; 0 when free or when the holder died.
  uint32_t OwnerTid() const;
};

// Who is attached. A slot is taken by locking its byte of the file `lock` (AttachLock), which the
// kernel gives back when the process dies, whatever is written here.
struct alignas(64) SharedSlot {
  std::atomic<uint64_t> pid;         // 0 = never used
  std::atomic<uint64_t> start_time;  // of the process, from /proc: tells reused pids apart
  std::atomic<uint32_t> data_word;   // futex of this object's WaitForData
};

// SharedSegment::durable: frozen (1 bit) | tag (15) | end (48). Bytes below the end are durable.
// Frozen: the end never moves again (sealed, or poisoned by a failed sync). The tag is taken from
// the entry's generation, so that a process that was stopped in a sync and comes back after the
// entry went to another segment cannot move that one's end.
class DurableWord {
 public:
  constexpr explicit DurableWord(uint64_t word) : word_(word) {}
  static constexpr DurableWord Make(uint64_t generation, uint64_t end, bool frozen) {
    return DurableWord((frozen ? kFrozenBit : 0) | TagOf(generation) << kEndBits | end);
  }
  constexpr uint64_t word() const { return word_; }
  constexpr uint64_t end() const { return word_ & kEndMask; }
  constexpr bool frozen() const { return (word_ & kFrozenBit) != 0; }
  constexpr bool Belongs(uint64_t generation) const {
    return ((word_ & ~kFrozenBit) >> kEndBits) == TagOf(generation);
  }
  constexpr DurableWord WithEnd(uint64_t end) const {
    return DurableWord((word_ & ~kEndMask) | end);
  }
  constexpr DurableWord Frozen() const { return DurableWord(word_ | kFrozenBit); }

 private:
  static constexpr int kEndBits = 48;
  static constexpr uint64_t kEndMask = (1ull << kEndBits) - 1;
  static constexpr uint64_t kFrozenBit = 1ull << 63;
  static constexpr uint64_t TagOf(uint64_t generation) { return (generation >> 1) & 0x7FFF; }
  uint64_t word_;
};

enum SegmentFlags : uint32_t {
  kFlagSealed = 1,
  kFlagMustSeal = 2,
  kFlagPoisoned = 4,
};

// One lane of threads that sleep until a sync covers their bytes (see group_commit.h).
struct alignas(64) SyncLane {
  std::atomic<uint32_t> word;
  std::atomic<uint32_t> sleepers;  // 0: nobody to wake
};

// Grouped by who writes them when, each group on cache lines of its own.
struct alignas(64) SharedSegment {  // NOLINT(clang-analyzer-optin.performance.Padding)
  // Even: the entry describes segment id.epoch. Odd: being changed. A handle whose generation
  // differs knows that its segment was sealed and left the table.
  std::atomic<uint64_t> generation;
  std::atomic<uint64_t> id;  // 0 = free
  std::atomic<uint64_t> epoch;
  std::atomic<uint64_t> capacity;  // bytes
  std::atomic<uint32_t> flags;
  // Guarded by append_mutex: 1 while bytes above written_end may be changing.
  std::atomic<uint32_t> write_in_progress;

  alignas(64) SharedMutex append_mutex;
  alignas(64) std::atomic<uint64_t> written_end;
  alignas(64) std::atomic<uint64_t> durable;  // DurableWord
  alignas(64) std::atomic<uint64_t> leader;   // LeaderWord, group_commit.h
  std::atomic<uint64_t> sync_target;          // what the leader's sync will cover
  // Number of the oldest sync whose leader vanished with its result; 0 = none.
  std::atomic<uint64_t> unfinished_sync;
  std::array<SyncLane, 2> lanes;
  alignas(64) std::atomic<uint64_t> readers;  // bit per slot that waits for data
  // Figures for tests and benchmarks.
  alignas(64) std::atomic<uint64_t> appends;
  std::atomic<uint64_t> syncs;
};

struct SharedState {
  uint64_t magic;
  uint32_t layout;
  uint32_t bytes;  // sizeof(SharedState)
  std::array<char, 40> boot_id;
  uint64_t pid_namespace;                    // inode of /proc/self/ns/pid
  std::atomic<uint64_t> recoverer_pid;       // who recovers the volume now; 0 = nobody
  std::atomic<uint64_t> register_version;    // the highest ever given to a register
  std::atomic<uint32_t> registers_unsynced;  // the directory of registers must be synced first
  SharedMutex register_mutex;
  SharedMutex table_mutex;  // creation and deletion of segments, claims of entries
  std::array<SharedSlot, kAttachSlotsMax> slots;
  std::array<SharedSegment, kSegmentEntriesMax> segments;
};

// A mapping of the file `shm`. Not inherited by forked children.
class SharedMapping {
 public:
  // Writes a fresh file and puts it in place of an old one. REQUIRES: the gate of AttachLock,
  // nobody attached. kNoSpace.
  static Result<SharedMapping> CreateFresh(int volume_directory);
  // kUnavailable: made by another build, another boot (another machine) or another pid namespace.
  static Result<SharedMapping> OpenExisting(int volume_directory);

  SharedMapping(SharedMapping&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  SharedMapping& operator=(SharedMapping&&) = delete;
  ~SharedMapping();

  SharedState& operator*() const { return *state_; }
  SharedState* operator->() const { return state_; }

 private:
  explicit SharedMapping(SharedState* state) : state_(state) {}
  static Result<SharedMapping> Map(int fd);
  SharedState* state_;
};

}  // namespace borealis::storage::local

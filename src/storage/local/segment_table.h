// SegmentTable: from a SegmentRef to its file and its entry in shared memory.
//
// Three kinds of segments:
//   warm    has an entry: created, or sealed, while someone was attached;
//   sealed  its file says so; the entry may be gone;
//   cold    neither: the last process died with the segment open. Its end is uncertain, nothing may
//           be read (S3) or appended until a recovery seals it at a cut that it validated.
//
// Thread-safe. Claims, creations and deletions happen under SharedState::table_mutex.
#pragma once

#include <map>
#include <memory>
#include <optional>

#include "base/mutex.h"
#include "storage/backend.h"
#include "storage/local/hang_watch.h"
#include "storage/local/segment_files.h"
#include "storage/local/shared_state.h"
#include "storage/local/spare_segments.h"

namespace borealis::storage::local {

struct SegmentHandle {
  static constexpr uint64_t kNotSealed = UINT64_MAX;

  SegmentRef ref;
  UniqueFd fd;
  SharedSegment* shared = nullptr;  // null: cold, or sealed and not in the table
  uint64_t generation = 0;          // of the entry
  uint32_t syncs_at_open = 0;       // number of the last sync begun when fd was opened
  std::atomic<uint64_t> sealed_size{kNotSealed};  // bytes, once known

  bool EntryIsMine() const {
    return shared != nullptr && shared->generation.load(std::memory_order_acquire) == generation;
  }
  // kNotFound when the segment was deleted.
  Result<SegmentState> State();
};

// Shared: a deletion or eviction must not close a file that another thread reads.
using SegmentHandlePtr = std::shared_ptr<SegmentHandle>;

class SegmentTable {
 public:
  // All outlive it.
  SegmentTable(SharedState& state, SegmentFiles& files, SpareSegments& spares, HangWatch& watch,
               const LocalOptions& options);

  // Opens what is open now, so that a failed write-back is reported to our descriptors too.
  Status OpenActive();

  // kNotFound, kFenced.
  Result<SegmentHandlePtr> Find(const SegmentRef& segment);
  Status Create(const SegmentRef& segment);
  Status Delete(SegmentId id);
  // Ends a cold segment at `final_bytes`, which are synced before. The other kinds: group_commit.
  Result<uint64_t> SealCold(const SegmentRef& segment, uint64_t final_bytes);

 private:
  SegmentHandlePtr Cached(const SegmentRef& segment, bool& fenced);
  void Remember(const SegmentHandlePtr& handle);
  void Forget(SegmentId id);
  SharedSegment* EntryOf(SegmentId id);
  Result<SegmentHandlePtr> Load(const SegmentRef& segment);
  // An entry for `segment`, with no bytes. kUnavailable when none is to be had. REQUIRES: the
  // table mutex.
  Result<SharedSegment*> Claim(const SegmentRef& segment, WatchedLock& table);
  // Gives an entry to a segment without bytes; id 0 frees it.
  void Reset(SharedSegment& entry, const SegmentRef& segment, WatchedLock& table);
  // Frees entries that the last holder of the table died in the middle of changing.
  void Inherit(WatchedLock& table);

  static constexpr size_t kHandlesMax = 8;  // open files kept; deleted ones pin disk space

  SharedState& state_;
  SegmentFiles& files_;
  SpareSegments& spares_;
  HangWatch& watch_;
  const LocalOptions& options_;

  Mutex mutex_;
  struct Slot {
    SegmentHandlePtr handle;
    uint64_t used = 0;
  };
  std::map<SegmentId, Slot> handles_ GUARDED_BY(mutex_);
  uint64_t uses_ GUARDED_BY(mutex_) = 0;
};

}  // namespace borealis::storage::local

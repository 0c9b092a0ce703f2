// SyncPoints: places in the algorithm where a test may act (kill, stop or hold its own process),
// instead of sleeping and hoping. Null in production: one predictable branch.
#pragma once

namespace borealis::storage::local {

enum class SyncPoint {
  kAppendLocked,      // append mutex held, nothing done yet
  kAppendEncoded,     // bytes known, none written
  kAppendWritten,     // bytes written, written_end not yet moved
  kAppendPublished,   // written_end moved, append mutex still held
  kAppendUnlocked,    // about to make the bytes durable
  kSyncLeading,       // leader, target chosen, fdatasync not yet called
  kSyncDone,          // fdatasync succeeded, the durable end not yet moved
  kSyncPublished,     // durable end moved, nobody woken yet
  kSyncSleeping,      // about to sleep until another's sync covers the bytes
  kSealLocked,        // append mutex held by a seal
  kSealMarked,        // the file says sealed, the shared memory not yet
  kSegmentPublished,  // table mutex held, a new segment has its name and no entry
  kEntryChanging,     // table and append mutex held, an entry half changed
  kRegisterLocked,    // register mutex held
  kRegisterRenamed,   // new value in place, directory not yet synced
  kCount,
};

class SyncPoints {
 public:
  virtual ~SyncPoints() = default;
  // Called by the thread that reached the point, with whatever locks the point implies.
  virtual void Reached(SyncPoint point) = 0;
};

inline void Reach(SyncPoints* points, SyncPoint point) {
  if (points != nullptr) [[unlikely]] {
    points->Reached(point);
  }
}

}  // namespace borealis::storage::local

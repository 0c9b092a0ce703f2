// SegmentWriter: the append section and the seal.
//
// Append: under the segment's append mutex, at most one thread of all processes asks for the bytes,
// writes them at written_end and moves written_end past them; then, outside, group commit. Bytes
// above written_end are never overwritten: whoever dies or fails after it began to write leaves the
// segment to be sealed (must_seal), and the log goes on in a new one.
//
// Seal: under the same mutex, so no append is in the middle; syncs what was written, fixes the end.
#pragma once

#include "storage/backend.h"
#include "storage/local/group_commit.h"
#include "storage/local/segment_table.h"

namespace borealis::storage::local {

class SegmentWriter {
 public:
  // All outlive it.
  SegmentWriter(SegmentTable& table, GroupCommit& commit, SegmentFiles& files, HangWatch& watch,
                const LocalOptions& options);

  // `placed` may be empty: see Backend::AppendPipelined.
  AppendResult Append(const SegmentRef& segment, const BatchEncoder& encode,
                      const AppendPlaced& placed);
  Result<uint64_t> Seal(const SegmentRef& segment, const uint64_t* cut);

 private:
  // The part under the mutex. kOk: written, `*end` is past the bytes; kUnknown: partly written.
  AppendResult Write(SegmentHandle& handle, const BatchEncoder& encode, uint64_t* end);
  Status CheckOpen(const SegmentHandle& handle) const;
  // Takes note of an appender that died in the middle of its write.
  void Inherit(const WatchedLock& lock, SegmentHandle& handle);
  Result<uint64_t> SealWarm(SegmentHandle& handle, const uint64_t* cut);
  Result<uint64_t> FinalSize(SegmentHandle& handle, const uint64_t* cut);

  SegmentTable& table_;
  GroupCommit& commit_;
  SegmentFiles& files_;
  HangWatch& watch_;
  const LocalOptions& options_;
};

}  // namespace borealis::storage::local

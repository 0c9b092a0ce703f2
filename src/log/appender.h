// Appender: turns records into durable batches. See Log::Append for the contract.
//
// One append: stamps and hashes; what does not fit a record goes ahead as chunks; the records are
// encoded into one reusable buffer; then one Backend::Append per batch, to the open segment of the
// cached chain. A segment that takes no more (kSealed, kFenced, kNotFound) sends the appender to
// read the chain, or to roll. The hot path reads no register and allocates nothing.
//
// Thread-safe: appends run one after another.
#pragma once

#include "base/clock.h"
#include "base/mutex.h"
#include "log/batch_builder.h"
#include "log/segment_chain.h"

namespace borealis::log {

class Appender {
 public:
  Appender(SegmentChain& chain, const Options& options, const Clock& clock);

  AppendReport Append(std::span<Record> records) EXCLUDES(mutex_);
  Status ResolveUnknown() EXCLUDES(mutex_);

 private:
  static constexpr int kAppendAttemptsMax = 16;

  Status CheckRecord(const Record& record) const;
  AppendReport AppendLocked(std::span<Record> records) REQUIRES(mutex_);
  // Moves keys and payload into chunks where the record would be too large.
  AppendReport WriteChunks(Record& record) REQUIRES(mutex_);
  AppendReport WriteKeyChunks(Record& record) REQUIRES(mutex_);
  AppendReport WriteChunk(const Record& owner, ByteView payload, ChunkRef& ref) REQUIRES(mutex_);
  // Appends what the builder holds. `oldest_chunk`: a segment that must still be in the chain.
  AppendReport AppendBatch(SegmentId oldest_chunk) REQUIRES(mutex_);
  // Goes to a segment after `segment`.
  Status LeaveSegment(const storage::SegmentRef& segment) REQUIRES(mutex_);

  SegmentChain& chain_;
  const Options options_;
  const Clock& clock_;
  const bool positioned_;
  const uint64_t chunk_bytes_;  // of a chunk's payload

  Mutex mutex_;
  BatchBuilder builder_ GUARDED_BY(mutex_);
  // The last append by this process, to see when a segment has grown enough.
  storage::SegmentRef last_segment_ GUARDED_BY(mutex_);
  uint64_t last_end_ GUARDED_BY(mutex_) = 0;
  // The newest segment that an append of unknown outcome may land in; 0 = none.
  SegmentId unknown_in_ GUARDED_BY(mutex_);
};

// Largest batch that every segment of the backend takes.
uint64_t BatchBytesMax(const storage::Traits& traits);

}  // namespace borealis::log

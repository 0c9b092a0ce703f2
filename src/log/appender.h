// Appender: turns records into durable batches. See Log::Append for the contract.
//
// One append: stamps and hashes; what does not fit a record goes ahead as chunks; the records are
// encoded into a reusable buffer; then one Backend::Append per batch, to the open segment of the
// cached chain. A segment that takes no more (kSealed, kFenced, kNotFound) sends the appender to
// read the chain, or to roll. The hot path reads no register and allocates nothing.
//
// Appends are placed one after another: each has the turn from its first byte until its last batch
// has its place, or, where the backend does not tell, until its end. So appends of this process lie
// in the log in the order of their turns, while several of them wait to be durable.
//
// Thread-safe.
#pragma once

#include <memory>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "log/batch_builder.h"
#include "log/segment_chain.h"

namespace borealis::log {

class Appender {
 public:
  Appender(SegmentChain& chain, const Options& options, const Clock& clock);

  AppendReport Append(std::span<Record> records, const storage::AppendPlaced& placed)
      EXCLUDES(mutex_);
  Status ResolveUnknown() EXCLUDES(mutex_);

 private:
  static constexpr int kAppendAttemptsMax = 16;
  static constexpr size_t kBuildersKeptMax = 4;

  // The right to place, and a buffer; the buffer stays until the append has ended.
  class Turn {
   public:
    explicit Turn(Appender& appender);
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    // Gives the right to the next one.
    void End();
    BatchBuilder& builder() { return *builder_; }

   private:
    Appender& appender_;
    std::unique_ptr<BatchBuilder> builder_;
    bool ended_ = false;
  };

  Status CheckRecord(const Record& record) const;
  AppendReport AppendInTurn(Turn& turn, std::span<Record> records,
                            const storage::AppendPlaced& placed);
  // Moves keys and payload into chunks where the record would be too large.
  AppendReport WriteChunks(Turn& turn, Record& record);
  AppendReport WriteKeyChunks(Turn& turn, Record& record);
  AppendReport WriteChunk(Turn& turn, const Record& owner, ByteView payload, ChunkRef& ref);
  // Appends what the builder holds. `oldest_chunk`: a segment that must still be in the chain.
  // With `placed`, the turn ends as soon as the batch has its place.
  AppendReport AppendBatch(Turn& turn, SegmentId oldest_chunk, const storage::AppendPlaced& placed);
  // Notes what became of an append to `segment`.
  void Note(const storage::SegmentRef& segment, const AppendReport& report) EXCLUDES(mutex_);
  // In each new segment: a newer data key may have been begun.
  void LookForNewerKey() EXCLUDES(mutex_);
  bool HasGrownEnough(const storage::SegmentRef& segment) EXCLUDES(mutex_);
  // Goes to a segment after `segment`.
  Status LeaveSegment(const storage::SegmentRef& segment);

  SegmentChain& chain_;
  const Options options_;
  const Clock& clock_;
  const bool positioned_;
  const uint64_t chunk_bytes_;  // of a chunk's payload

  Mutex mutex_;
  CondVar turn_over_;
  bool taken_ GUARDED_BY(mutex_) = false;
  std::vector<std::unique_ptr<BatchBuilder>> builders_ GUARDED_BY(mutex_);  // not in use
  // The furthest append by this process, to see when a segment has grown enough.
  storage::SegmentRef last_segment_ GUARDED_BY(mutex_);
  uint64_t last_end_ GUARDED_BY(mutex_) = 0;
  bool entered_ GUARDED_BY(mutex_) = false;  // a segment, since the keys were looked at
  // The newest segment that an append of unknown outcome may land in; 0 = none.
  SegmentId unknown_in_ GUARDED_BY(mutex_);
};

// Largest batch that every segment of the backend takes.
uint64_t BatchBytesMax(const storage::Traits& traits);

}  // namespace borealis::log

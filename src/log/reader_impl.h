// ReaderImpl: the Reader of a Log. See log/log.h.
#pragma once

#include <optional>

#include "log/batch_stream.h"
#include "log/segment_chain.h"

namespace borealis::log {

class ReaderImpl : public Reader {
 public:
  // `from` lies in `entry`, which chain.Current() held; the state there is `before`,
  // `time_before_us`. `chunks`: return kChunk records too.
  ReaderImpl(SegmentChain& chain, const ChainEntry& entry, const Position& from, Seqno before,
             int64_t time_before_us, bool chunks);

  Result<const LogEntry*> Next() override;
  Status WaitForMore(int64_t timeout_ns) override;
  Position position() const override;
  int64_t time_us() const override { return count_.time_us; }
  Seqno seqno() const override { return count_.seqno; }
  Result<Bytes> LoadPayload(const Record& record) override;

 private:
  // Makes batch_ the next batch that holds a record. False at the durable end.
  Result<bool> EnterBatch();
  // Learns how far the segment may be read. False: nothing at or past the stream's offset.
  Result<bool> ExtendEnd();
  // Moves to the next segment, or learns that this one is longer. False: neither.
  Result<bool> CrossSegment();
  void OpenStream(uint64_t offset);
  // Makes cursor_ walk batch_, which is opened if it is sealed.
  Status StartBatch();
  // All or nothing: what failed for want of the device is done again by the next call.
  Status DecodeNext();
  Status SkipTo(uint32_t index);
  // A failure that no later call can get past.
  Status Fail(Code code, uint64_t offset, std::string_view what);

  SegmentChain& chain_;
  const bool chunks_;
  ChainEntry entry_;
  std::optional<BatchStream> stream_;  // always there; replaced when a segment is crossed
  uint64_t end_ = 0;                   // everything below is durable
  bool ended_ = false;                 // the segment was seen sealed
  Status failed_;                      // sticky
  // Counted from the segment's first byte, so that the chain may rely on it.
  bool counted_from_start_;
  SegmentCount count_;

  StreamedBatch batch_;  // being read; batch_.backing is null between batches
  RecordCursor cursor_;
  uint32_t skip_;  // records before the first that is wanted, in the first batch
  LogEntry current_;
};

// Returns when there may be a record at or past `offset` of the segment of `entry`: a durable byte,
// or a successor of the segment. A segment that was sealed while nobody rolled is rolled here.
// kTimeout, kAborted.
Status WaitForSegment(SegmentChain& chain, const storage::SegmentRef& segment, uint64_t offset,
                      int64_t timeout_ns);

}  // namespace borealis::log

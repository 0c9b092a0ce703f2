// BatchStream: reads the batches of one segment in order, in large reads, no byte twice.
//
// Batches of one read share its buffer; whoever keeps a view of a body keeps `backing` too.
// Not thread-safe.
#pragma once

#include <memory>

#include "log/batch.h"

namespace borealis::log {

inline constexpr size_t kReadAheadBytes = 512 << 10;

struct StreamedBatch {
  uint64_t offset = 0;
  BatchHeader header;
  ByteView batch;  // header and body
  ByteView body;
  std::shared_ptr<const Bytes>
      backing;  // shared: appliers of one batch's records finish in any order
  uint64_t end() const { return offset + header.total_bytes(); }
};

class BatchStream {
 public:
  // `sealed`: the chain vouches for the bytes that are read, whatever the backend remembers.
  BatchStream(storage::Backend& backend, const BatchSeeds& seeds, uint64_t offset, bool sealed);

  uint64_t offset() const { return offset_; }
  const storage::SegmentRef& segment() const { return seeds_.segment(); }
  // From now on the chain vouches for the bytes.
  void MarkSealed() { sealed_ = true; }

  // The batch at offset(), and steps over it. REQUIRES: offset() < end, and everything below `end`
  // is durable. kCorruption names the place; a second call fails again.
  Result<StreamedBatch> Next(uint64_t end);

 private:
  ByteView Buffered() const;
  // At least `bytes` are buffered at offset_, or kCorruption.
  Status Fill(uint64_t bytes, uint64_t end);

  storage::Backend& backend_;
  const BatchSeeds seeds_;
  uint64_t offset_;
  bool sealed_;
  std::shared_ptr<const Bytes> buffer_;
  uint64_t buffer_at_ = 0;  // offset of its first byte
};

// "vol: segment 3 offset 4096: what".
Status FailureAt(Code code, const storage::Backend& backend, SegmentId segment, uint64_t offset,
                 std::string_view what);

}  // namespace borealis::log

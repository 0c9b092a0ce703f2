// BatchBuilder: encodes batches into one buffer that is reused. See log/batch.h for the bytes.
//
//   builder.Start();  builder.Add(record)...;  builder.Finish();
//   backend.Append(segment, [&](const AppendPlace& place) { return builder.Place(seeds, place); });
//
// Finish() does all work that grows with the batch; Place() patches the header and may be called
// again for another place. Not thread-safe.
#pragma once

#include <memory>

#include "log/batch_cipher.h"

namespace borealis::log {

class BatchBuilder {
 public:
  // `batch_bytes_max`: a batch never grows beyond it (padding included). `cipher`: of an encrypted
  // volume, else null.
  BatchBuilder(bool positioned, uint64_t batch_bytes_max, BatchCipher* cipher);

  void Start();
  // False, and nothing changes, when the record does not fit any more.
  bool Add(const Record& record);
  void Finish();
  // REQUIRES: Finish() was called. Empty when the place is not one a batch may begin at.
  ByteView Place(const BatchSeeds& seeds, const storage::AppendPlace& place);

  uint32_t record_count() const { return record_count_; }
  // Whole batch; valid after Finish().
  uint64_t total_bytes() const { return used_; }
  // Largest EncodedRecordBytes() that fits a batch of its own.
  uint64_t record_bytes_max() const { return batch_bytes_max_ - FirstRecordAt(); }

 private:
  // Capacity above this is given back by Start().
  static constexpr uint64_t kKeptBytesMax = 4 << 20;
  void Reserve(uint64_t bytes);
  uint64_t FirstRecordAt() const {
    return kBatchHeaderBytes + (cipher_ != nullptr ? kSealBytes : 0);
  }

  const bool positioned_;
  const uint64_t batch_bytes_max_;
  BatchCipher* const cipher_;
  // Shared: the cipher goes on to a newer key while this batch waits for its place.
  std::shared_ptr<const SealingKey> sealed_under_;
  Bytes buffer_;  // only grows; the batch is its first used_ bytes
  uint64_t used_ = 0;
  uint32_t record_count_ = 0;
  uint64_t body_hash_ = 0;
};

}  // namespace borealis::log

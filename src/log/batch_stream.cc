#include "log/batch_stream.h"

#include <algorithm>

namespace borealis::log {

Status FailureAt(Code code, const storage::Backend& backend, SegmentId segment, uint64_t offset,
                 std::string_view what) {
  return {code,
          fmt::format("{}: segment {} offset {}: {}", backend.Describe(), segment, offset, what)};
}

BatchStream::BatchStream(storage::Backend& backend, const BatchSeeds& seeds, uint64_t offset,
                         bool sealed)
    : backend_(backend), seeds_(seeds), offset_(offset), sealed_(sealed) {}

Result<StreamedBatch> BatchStream::Next(uint64_t end) {
  CHECK(offset_ < end);
  RETURN_IF_ERROR(Fill(kBatchHeaderBytes, end));
  StreamedBatch batch;
  BatchFault fault = DecodeBatchHeader(Buffered(), seeds_, offset_, batch.header);
  if (fault == BatchFault::kNone) {
    RETURN_IF_ERROR(Fill(batch.header.total_bytes(), end));
    fault = DecodeBatch(Buffered(), seeds_, offset_, batch.header);
  }
  if (fault != BatchFault::kNone) {
    const Code code = fault == BatchFault::kUnsupported ? Code::kUnsupported : Code::kCorruption;
    return FailureAt(code, backend_, segment().id, offset_, BatchFaultName(fault));
  }
  batch.offset = offset_;
  batch.batch = Buffered().first(batch.header.total_bytes());
  batch.body = batch.batch.subspan(kBatchHeaderBytes);
  batch.backing = buffer_;
  offset_ = batch.end();
  return batch;
}

ByteView BatchStream::Buffered() const {
  if (buffer_ == nullptr) return {};
  return ByteView(*buffer_).subspan(offset_ - buffer_at_);
}

Status BatchStream::Fill(uint64_t bytes, uint64_t end) {
  const ByteView have = Buffered();
  if (have.size() >= bytes) return {};
  if (bytes > end - offset_) {
    return FailureAt(
        Code::kCorruption, backend_, segment().id, offset_,
        fmt::format("a batch of {} bytes where only {} are durable", bytes, end - offset_));
  }
  const uint64_t from = offset_ + have.size();
  const uint64_t wanted =
      std::min(end - from, std::max<uint64_t>(kReadAheadBytes, bytes - have.size()));
  ASSIGN_OR_RETURN(Bytes read, sealed_ ? backend_.ReadRaw(segment(), from, wanted)
                                       : backend_.Read(segment(), from, wanted));
  if (read.size() + have.size() < bytes) {
    return FailureAt(
        Code::kCorruption, backend_, segment().id, from + read.size(),
        fmt::format("the medium ends here, {} durable bytes are missing", wanted - read.size()));
  }
  read.insert(read.begin(), have.begin(), have.end());
  buffer_ = std::make_shared<const Bytes>(std::move(read));
  buffer_at_ = offset_;
  return {};
}

}  // namespace borealis::log

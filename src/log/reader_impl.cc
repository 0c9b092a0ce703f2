#include "log/reader_impl.h"

#include <algorithm>

#include "log/payload.h"

namespace borealis::log {
namespace {

// How long a wait lasts before a roll that failed (a full disk) is tried again.
constexpr int64_t kRollRetryNs = 100'000'000;

}  // namespace

ReaderImpl::ReaderImpl(SegmentChain& chain, const ChainEntry& entry, const Position& from,
                       Seqno before, int64_t time_before_us, bool chunks)
    : chain_(chain),
      chunks_(chunks),
      entry_(entry),
      counted_from_start_(from.offset == 0 && from.index == 0 && before == entry.before &&
                          time_before_us == entry.time_before_us),
      count_(SegmentCount::Before(entry)),
      skip_(from.index) {
  count_.offset = from.offset;
  count_.seqno = before;
  count_.time_us = time_before_us;
  OpenStream(from.offset);
}

void ReaderImpl::OpenStream(uint64_t offset) {
  stream_.emplace(chain_.backend(), chain_.SeedsOf(entry_.segment), offset, entry_.sealed);
  end_ = entry_.final_size;
  ended_ = entry_.sealed;
}

Status ReaderImpl::Fail(Code code, uint64_t offset, std::string_view what) {
  failed_ = FailureAt(code, chain_.backend(), entry_.segment.id, offset, what);
  return failed_;
}

Result<const LogEntry*> ReaderImpl::Next() {
  RETURN_IF_ERROR(failed_);
  while (true) {
    if (batch_.backing == nullptr) {
      ASSIGN_OR_RETURN(const bool more, EnterBatch());
      if (!more) return nullptr;
    }
    RETURN_IF_ERROR(DecodeNext());
    if (chunks_ || current_.record.type != RecordType::kChunk) return &current_;
  }
}

Result<bool> ReaderImpl::EnterBatch() {
  while (true) {
    if (stream_->offset() >= end_) {
      ASSIGN_OR_RETURN(const bool extended, ExtendEnd());
      if (!extended) {
        ASSIGN_OR_RETURN(const bool crossed, CrossSegment());
        if (!crossed) return false;
        continue;
      }
    }
    ASSIGN_OR_RETURN(batch_, stream_->Next(end_));
    RETURN_IF_ERROR(StartBatch());
    RETURN_IF_ERROR(SkipTo(skip_));
    skip_ = 0;
    if (!cursor_.done()) return true;
    batch_.backing = nullptr;
    count_.EndBatch(batch_.end(), batch_.header.record_count);
  }
}

Status ReaderImpl::StartBatch() {
  cursor_ = RecordCursor(batch_.header, batch_.body);
  if (!batch_.header.sealed) return {};
  Result<Bytes> records = chain_.cipher()->Open(batch_.batch, batch_.header,
                                                chain_.SeedsOf(entry_.segment), batch_.offset);
  if (records.ok()) {
    batch_.backing = std::make_shared<const Bytes>(std::move(*records));
    cursor_ = RecordCursor::Opened(batch_.header, *batch_.backing);
    return {};
  }
  batch_.backing = nullptr;
  if (records.status().code() == Code::kCorruption) {
    return Fail(Code::kCorruption, batch_.offset, records.status().message());
  }
  OpenStream(batch_.offset);  // its key may be had by the next call
  return records.status();
}

Result<bool> ReaderImpl::ExtendEnd() {
  if (counted_from_start_) chain_.Note(entry_.segment, count_);
  if (ended_) return false;
  ASSIGN_OR_RETURN(const storage::SegmentState state, chain_.backend().State(entry_.segment));
  end_ = state.durable_end;
  ended_ = state.sealed;
  return stream_->offset() < end_;
}

Result<bool> ReaderImpl::CrossSegment() {
  if (!ended_) return false;
  std::shared_ptr<const Chain> chain = chain_.Current();
  const ChainEntry* next = NextEntry(*chain, entry_.segment.id);
  if (next == nullptr) {
    ASSIGN_OR_RETURN(chain, chain_.Refresh());
    next = NextEntry(*chain, entry_.segment.id);
    if (next == nullptr && FindEntry(*chain, entry_.segment.id) == nullptr) {
      return Status(Code::kNotFound,
                    fmt::format("segment {} was trimmed while it was read", entry_.segment.id));
    }
    if (next == nullptr) return false;
  }
  const ChainEntry* self = FindEntry(*chain, entry_.segment.id);
  if (stream_->offset() < self->final_size) {
    entry_ = *self;
    end_ = self->final_size;
    stream_->MarkSealed();
    return true;
  }
  // A reader that began in the middle knows the time only as well as its caller did.
  const bool time_differs = counted_from_start_ && next->time_before_us != count_.time_us;
  if (stream_->offset() != self->final_size || next->before != count_.seqno || time_differs) {
    return Fail(Code::kCorruption, stream_->offset(),
                fmt::format("{} records were counted up to here, the chain says {} up to offset {}",
                            count_.seqno, next->before, self->final_size));
  }
  entry_ = *next;
  counted_from_start_ = true;
  count_ = SegmentCount::Before(entry_);
  OpenStream(0);
  return true;
}

Status ReaderImpl::SkipTo(uint32_t index) {
  while (cursor_.index() < index) {
    if (cursor_.done()) {
      return Fail(Code::kInvalidArgument, batch_.offset,
                  fmt::format("record {} does not exist: the batch has {}", index,
                              batch_.header.record_count));
    }
    const Status skipped = cursor_.Next(current_.record);
    if (!skipped.ok()) return Fail(skipped.code(), batch_.offset, skipped.message());
  }
  if (!cursor_.done()) return {};
  const Status rest = cursor_.CheckRest();
  return rest.ok() ? rest : Fail(rest.code(), batch_.offset, rest.message());
}

Status ReaderImpl::DecodeNext() {
  const RecordCursor retry = cursor_;
  current_.position = {entry_.segment.id, batch_.offset, cursor_.index()};
  Status status = cursor_.Next(current_.record);
  if (status.ok() && cursor_.done()) status = cursor_.CheckRest();
  if (!status.ok()) return Fail(status.code(), batch_.offset, status.message());
  if ((current_.record.flags & kFlagKeysChunked) != 0) {
    status = LoadKeys(chain_, current_.record);
    if (!status.ok()) {
      cursor_ = retry;
      return status;
    }
  }
  count_.Add(current_.record);
  current_.seqno = IsOrdered(current_.record.type) ? count_.seqno : Seqno::Undefined();
  current_.time_us = count_.time_us;
  current_.record.backing = batch_.backing;
  if (cursor_.done()) {
    batch_.backing = nullptr;
    count_.EndBatch(batch_.end(), batch_.header.record_count);
  }
  current_.next = position();
  return {};
}

Position ReaderImpl::position() const {
  if (batch_.backing != nullptr) return {entry_.segment.id, batch_.offset, cursor_.index()};
  return {entry_.segment.id, stream_->offset(), skip_};
}

Status ReaderImpl::WaitForMore(int64_t timeout_ns) {
  if (batch_.backing != nullptr || stream_->offset() < end_) return {};
  return WaitForSegment(chain_, entry_.segment, stream_->offset(), timeout_ns);
}

Result<Bytes> ReaderImpl::LoadPayload(const Record& record) {
  return log::LoadPayload(chain_, record);
}

Status WaitForSegment(SegmentChain& chain, const storage::SegmentRef& segment, uint64_t offset,
                      int64_t timeout_ns) {
  storage::Backend& backend = chain.backend();
  if (NextEntry(*chain.Current(), segment.id) != nullptr) return {};
  RETURN_IF_ERROR(backend.WaitForData(segment, offset, timeout_ns));
  ASSIGN_OR_RETURN(const storage::SegmentState state, backend.State(segment));
  if (state.durable_end > offset) return {};
  ASSIGN_OR_RETURN(const std::shared_ptr<const Chain> now, chain.Refresh());
  if (!(now->entries.back().segment == segment)) return {};
  // Sealed, and the chain has not moved: whoever sealed it is at work or dead. Rolling is safe for
  // anyone, so readers do not depend on it.
  Status rolled = chain.Roll(segment);
  if (rolled.ok() || rolled.code() == Code::kCorruption) return rolled;
  chain.WaitForChange(now->version, std::min(timeout_ns, kRollRetryNs));
  return {Code::kTimeout, fmt::format("segment {} ended and can't be followed by another yet: {}",
                                      segment.id, rolled.message())};
}

}  // namespace borealis::log

// The cache and the counting. Roll, trim and sweep: roll.cc.
#include "log/segment_chain.h"

#include "log/batch_stream.h"

namespace borealis::log {

SegmentChain::SegmentChain(storage::Backend& backend, const Identity& identity, Chain chain,
                           encryption::KeyRing* keys)
    : backend_(backend),
      identity_(identity),
      chain_(std::make_shared<const Chain>(std::move(chain))) {
  if (identity.encrypted() && keys != nullptr) cipher_.emplace(*keys, identity.volume);
}

BatchSeeds SegmentChain::SeedsOf(const storage::SegmentRef& segment) const {
  return {identity_.volume, segment, backend_.traits().positioned_appends, identity_.encrypted()};
}

Status SegmentChain::CheckHasKeys() const {
  if (cipher_.has_value() || !identity_.encrypted()) return {};
  return {Code::kInvalidArgument,
          fmt::format("{} is encrypted and no key was given", backend_.Describe())};
}

std::shared_ptr<const Chain> SegmentChain::Current() const {
  MutexLock lock(mutex_);
  return chain_;
}

ChainEntry SegmentChain::Open() const {
  MutexLock lock(mutex_);
  return chain_->entries.back();
}

Result<std::shared_ptr<const Chain>> SegmentChain::Refresh() {
  ASSIGN_OR_RETURN(Chain chain, ReadChainRegister(backend_, identity_.volume));
  Adopt(std::move(chain));
  return Current();
}

void SegmentChain::Adopt(Chain chain) {
  MutexLock lock(mutex_);
  if (chain.version <= chain_->version) return;
  chain_ = std::make_shared<const Chain>(std::move(chain));
  changed_.NotifyAll();
}

void SegmentChain::Note(const storage::SegmentRef& segment, const SegmentCount& count) {
  MutexLock lock(mutex_);
  const bool newer = segment.id > counted_.segment.id ||
                     (segment == counted_.segment && count.offset > counted_.count.offset);
  if (newer) counted_ = {segment, count};
}

SegmentChain::Counted SegmentChain::CountedSoFar(const ChainEntry& entry) const {
  MutexLock lock(mutex_);
  if (counted_.segment == entry.segment) return counted_;
  return {entry.segment, SegmentCount::Before(entry)};
}

Result<SegmentCount> SegmentChain::CountTo(const ChainEntry& entry, uint64_t end, bool sealed) {
  SegmentCount count = CountedSoFar(entry).count;
  if (count.offset > end) count = SegmentCount::Before(entry);
  BatchStream stream(backend_, SeedsOf(entry.segment), count.offset, sealed);
  Record record;
  while (stream.offset() < end) {
    ASSIGN_OR_RETURN(const StreamedBatch batch, stream.Next(end));
    RecordCursor cursor(batch.header, batch.body);
    Status status;
    while (status.ok() && !cursor.done()) {
      status = cursor.Next(record);
      if (status.ok()) count.Add(record);
    }
    if (status.ok()) status = cursor.CheckRest();
    if (!status.ok()) {
      return FailureAt(status.code(), backend_, entry.segment.id, batch.offset, status.message());
    }
    count.EndBatch(batch.end(), batch.header.record_count);
  }
  Note(entry.segment, count);
  return count;
}

void SegmentChain::WaitForChange(uint64_t version, int64_t timeout_ns) {
  MutexLock lock(mutex_);
  while (chain_->version == version && !interrupted_) {
    if (!changed_.WaitFor(mutex_, timeout_ns)) return;
  }
}

void SegmentChain::Interrupt() {
  backend_.Interrupt();
  MutexLock lock(mutex_);
  interrupted_ = true;
  changed_.NotifyAll();
}

void SegmentChain::ClearInterrupt() {
  backend_.ClearInterrupt();
  MutexLock lock(mutex_);
  interrupted_ = false;
}

}  // namespace borealis::log

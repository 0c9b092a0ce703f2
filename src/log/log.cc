// Create, Open, and the Log that ties the parts together.
#include "log/log.h"

#include <algorithm>

#include "base/log.h"
#include "log/appender.h"
#include "log/batch_stream.h"
#include "log/identity.h"
#include "log/idle_marker.h"
#include "log/reader_impl.h"
#include "log/recovery.h"

namespace borealis::log {
namespace {

constexpr storage::SegmentRef kFirstSegment = {{1}, {1}};
constexpr uint32_t kChunkBytesMin = 512;

class LogImpl : public Log {
 public:
  LogImpl(storage::Backend& backend, const Identity& identity, const Options& options,
          const Clock& clock, Chain chain)
      : chain_(backend, identity, std::move(chain), options.keys),
        appender_(chain_, options, clock),
        idle_marker_(chain_, options) {}

  // Once, before anyone else uses it.
  Status Start() {
    if (chain_.backend().NeedsRecovery()) {
      RETURN_IF_ERROR(RecoverOpenSegment(chain_));
      RETURN_IF_ERROR(chain_.backend().EndRecovery());
      recovered_ = true;
    }
    return chain_.Sweep();
  }

  const Identity& identity() const override { return chain_.identity(); }
  bool recovered() const override { return recovered_; }

  AppendReport Append(std::span<Record> records, const storage::AppendPlaced& placed) override {
    return appender_.Append(records, placed);
  }
  Status ResolveUnknown() override { return appender_.ResolveUnknown(); }
  Status WriteIdleMarker() override { return idle_marker_.Tick(); }

  Result<Position> DurableEnd() override;
  Status WaitPast(const Position& from, int64_t timeout_ns) override;
  Result<std::unique_ptr<Reader>> NewReader(const Position& from, Seqno before,
                                            int64_t time_before_us) override;
  Result<std::unique_ptr<Reader>> NewReaderAfter(Seqno seqno) override;

  Result<Chain> ReadChain() override {
    ASSIGN_OR_RETURN(const std::shared_ptr<const Chain> chain, chain_.Refresh());
    return *chain;
  }
  Result<uint64_t> Trim(const Position& keep) override { return chain_.Trim(keep); }
  void Interrupt() override { chain_.Interrupt(); }
  void ClearInterrupt() override { chain_.ClearInterrupt(); }

 private:
  // The segment's entry, from the newest chain if need be.
  Result<ChainEntry> FindSegment(SegmentId segment);

  SegmentChain chain_;
  Appender appender_;
  IdleMarker idle_marker_;
  bool recovered_ = false;
};

Result<ChainEntry> LogImpl::FindSegment(SegmentId segment) {
  std::shared_ptr<const Chain> chain = chain_.Current();
  if (FindEntry(*chain, segment) == nullptr) {
    ASSIGN_OR_RETURN(chain, chain_.Refresh());
  }
  const ChainEntry* entry = FindEntry(*chain, segment);
  if (entry != nullptr) return *entry;
  if (segment < chain->entries.front().segment.id) {
    return Status(Code::kNotFound, fmt::format("segment {} was trimmed away; the log begins with "
                                               "segment {}",
                                               segment, chain->entries.front().segment.id));
  }
  return Status(Code::kInvalidArgument,
                fmt::format("segment {} is not in the log, which ends with segment {}", segment,
                            chain->entries.back().segment.id));
}

Result<Position> LogImpl::DurableEnd() {
  while (true) {
    const ChainEntry open = chain_.Open();
    const Result<storage::SegmentState> state = chain_.backend().State(open.segment);
    if (state.ok() && !state->sealed) return Position{open.segment.id, state->durable_end, 0};
    ASSIGN_OR_RETURN(const std::shared_ptr<const Chain> chain, chain_.Refresh());
    if (!(chain->entries.back().segment == open.segment)) continue;
    // Sealed and not followed yet: nothing can be durable past it.
    if (!state.ok()) return state.status();
    return Position{open.segment.id, state->durable_end, 0};
  }
}

Status LogImpl::WaitPast(const Position& from, int64_t timeout_ns) {
  ASSIGN_OR_RETURN(const ChainEntry entry, FindSegment(from.segment));
  if (from.index > 0) return {};
  return WaitForSegment(chain_, entry.segment, from.offset, timeout_ns);
}

Result<std::unique_ptr<Reader>> LogImpl::NewReader(const Position& from, Seqno before,
                                                   int64_t time_before_us) {
  ASSIGN_OR_RETURN(const ChainEntry entry, FindSegment(from.segment));
  uint64_t end = entry.final_size;
  if (!entry.sealed) {
    ASSIGN_OR_RETURN(const storage::SegmentState state, chain_.backend().State(entry.segment));
    end = state.durable_end;
  }
  RETURN_IF_ERROR(chain_.CheckHasKeys());
  if (from.offset > end || (from.offset == end && from.index > 0)) {
    return Status(Code::kInvalidArgument,
                  fmt::format("position {} is ahead of the log: segment {} ends at {}", from,
                              entry.segment.id, end));
  }
  return std::unique_ptr<Reader>(
      std::make_unique<ReaderImpl>(chain_, entry, from, before, time_before_us, false));
}

Result<std::unique_ptr<Reader>> LogImpl::NewReaderAfter(Seqno seqno) {
  RETURN_IF_ERROR(chain_.CheckHasKeys());
  ASSIGN_OR_RETURN(const std::shared_ptr<const Chain> chain, chain_.Refresh());
  const std::vector<ChainEntry>& entries = chain->entries;
  if (seqno < entries.front().before) {
    return Status(
        Code::kNotFound,
        fmt::format("the record after seqno {} was trimmed away; the oldest retained is {}", seqno,
                    entries.front().before.Next()));
  }
  // The last segment that begins before the record `seqno`, so that what follows it directly,
  // though it takes no seqno, is read too.
  const ChainEntry* start = &entries.front();
  for (const ChainEntry& entry : entries) {
    if (entry.before < seqno) start = &entry;
  }
  auto reader = std::make_unique<ReaderImpl>(chain_, *start, Position{start->segment.id, 0, 0},
                                             start->before, start->time_before_us, false);
  while (reader->seqno() < seqno) {
    ASSIGN_OR_RETURN(const LogEntry* entry, reader->Next());
    if (entry == nullptr) {
      return Status(Code::kInvalidArgument,
                    fmt::format("seqno {} is ahead of the log, which ends at seqno {}", seqno,
                                reader->seqno()));
    }
  }
  return std::unique_ptr<Reader>(std::move(reader));
}

Status CheckOptions(const Options& options) {
  if (options.chunk_bytes < kChunkBytesMin) {
    return {Code::kInvalidArgument, fmt::format("chunk_bytes is {}, at least {} are needed",
                                                options.chunk_bytes, kChunkBytesMin)};
  }
  return {};
}

// The first segment and the chain. Any number of processes may do it, any number of times.
Status FinishCreation(storage::Backend& backend, const Uuid& volume) {
  Status created = backend.CreateSegment(kFirstSegment);
  if (!created.ok() && created.code() != Code::kAlreadyExists) return created;
  if (!created.ok()) {
    ASSIGN_OR_RETURN(const Bytes start, backend.ReadRaw(kFirstSegment, 0, kSectorBytes));
    if (std::any_of(start.begin(), start.end(), [](std::byte b) { return b != std::byte{0}; })) {
      return {Code::kCorruption,
              fmt::format("{}: the segment chain is gone though there are segments",
                          backend.Describe())};
    }
  }
  ASSIGN_OR_RETURN(const uint64_t medium_bytes, MediumBytes(backend, kFirstSegment));
  const Chain chain{
      .version = 0,
      .entries = {
          {.segment = kFirstSegment, .before = Seqno::Zero(), .medium_bytes = medium_bytes}}};
  const auto swapped = backend.SwapRegister(kChainRegister, 0, EncodeChain(chain, volume));
  if (!swapped.ok() && swapped.status().code() != Code::kConflict) return swapped.status();
  return {};
}

// Only a volume that never had more than its first segment may be finished.
Status CheckUnfinished(storage::Backend& backend) {
  ASSIGN_OR_RETURN(const std::vector<SegmentId> segments, backend.ListSegments());
  for (const SegmentId id : segments) {
    if (id == kFirstSegment.id) continue;
    return {
        Code::kCorruption,
        fmt::format("{}: the segment chain is gone though there are segments", backend.Describe())};
  }
  return {};
}

}  // namespace

Status Log::Create(storage::Backend& backend, const Identity& identity, const Clock& clock) {
  Identity made = identity;
  if (made.created_us == 0) made.created_us = clock.WallUs();
  const Bytes bytes = EncodeIdentity(made);
  RETURN_IF_ERROR(ToStatus(DecodeIdentity(bytes)));  // refuses impossible values
  const auto swapped = backend.SwapRegister(kIdentityRegister, 0, bytes);
  if (!swapped.ok()) {
    if (swapped.status().code() != Code::kConflict) return swapped.status();
    return {Code::kAlreadyExists, fmt::format("{}: there is a volume already", backend.Describe())};
  }
  return FinishCreation(backend, made.volume);
}

Result<std::unique_ptr<Log>> Log::Open(storage::Backend& backend, const Options& options,
                                       const Clock& clock) {
  RETURN_IF_ERROR(CheckOptions(options));
  ASSIGN_OR_RETURN(const Identity identity, ReadIdentity(backend));
  Result<Chain> chain = ReadChainRegister(backend, identity.volume);
  if (!chain.ok() && chain.status().code() == Code::kNotFound) {
    // Its creator died between the identity and the chain.
    RETURN_IF_ERROR(CheckUnfinished(backend));
    RETURN_IF_ERROR(FinishCreation(backend, identity.volume));
    chain = ReadChainRegister(backend, identity.volume);
  }
  if (!chain.ok()) return chain.status();
  auto log = std::make_unique<LogImpl>(backend, identity, options, clock, std::move(*chain));
  RETURN_IF_ERROR(log->Start());
  return std::unique_ptr<Log>(std::move(log));
}

}  // namespace borealis::log

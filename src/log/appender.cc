// Batches and segments. What is cut into chunks: append_chunks.cc.
#include "log/appender.h"

#include <algorithm>

#include "base/log.h"
#include "log/seeded_bugs.h"
#include "model/record_codec.h"

namespace borealis::log {
namespace {

using storage::AppendOutcome;

// A batch larger than this is never made, whatever the backend takes.
constexpr uint64_t kBatchBytesMax = 64ull << 20;

AppendReport NotAppended(Status status) {
  AppendReport report;
  report.status = std::move(status);
  return report;
}

bool SegmentIsOver(Code code) {
  return code == Code::kSealed || code == Code::kFenced || code == Code::kNotFound;
}

// The oldest segment that the records have chunks in; 0 = none.
SegmentId OldestChunk(std::span<const Record> records) {
  SegmentId oldest;
  const auto add = [&](const std::vector<ChunkRef>& refs) {
    for (const ChunkRef& ref : refs) {
      if (oldest.value == 0 || ref.position.segment < oldest) oldest = ref.position.segment;
    }
  };
  for (const Record& record : records) {
    add(record.chunks);
    add(record.key_chunks);
  }
  return oldest;
}

}  // namespace

uint64_t BatchBytesMax(const storage::Traits& traits) {
  return std::min({traits.append_bytes_max, traits.segment_bytes_max, kBatchBytesMax});
}

Appender::Appender(SegmentChain& chain, const Options& options, const Clock& clock)
    : chain_(chain),
      options_(options),
      clock_(clock),
      positioned_(chain.backend().traits().positioned_appends),
      chunk_bytes_(
          std::min<uint64_t>(options.chunk_bytes,
                             BatchBytesMax(chain.backend().traits()) / kSectorBytes * kSectorBytes -
                                 kBatchHeaderBytes - kSealBytes - kRecordHeaderBytes)) {}

Appender::Turn::Turn(Appender& appender) : appender_(appender) {
  MutexLock lock(appender_.mutex_);
  while (appender_.taken_) appender_.turn_over_.Wait(appender_.mutex_);
  appender_.taken_ = true;
  if (!appender_.builders_.empty()) {
    builder_ = std::move(appender_.builders_.back());
    appender_.builders_.pop_back();
  } else {
    builder_ = std::make_unique<BatchBuilder>(appender_.positioned_,
                                              BatchBytesMax(appender_.chain_.backend().traits()),
                                              appender_.chain_.cipher());
  }
}

Appender::Turn::~Turn() {
  End();
  MutexLock lock(appender_.mutex_);
  if (appender_.builders_.size() < kBuildersKeptMax) {
    appender_.builders_.push_back(std::move(builder_));
  }
}

void Appender::Turn::End() {
  if (std::exchange(ended_, true)) return;
  MutexLock lock(appender_.mutex_);
  appender_.taken_ = false;
  appender_.turn_over_.NotifyOne();
}

AppendReport Appender::Append(std::span<Record> records, const storage::AppendPlaced& placed) {
  for (const Record& record : records) {
    Status status = CheckRecord(record);
    if (!status.ok()) return NotAppended(std::move(status));
  }
  if (records.empty()) return NotAppended({Code::kInvalidArgument, "append of no records"});
  if (Status keys = chain_.CheckHasKeys(); !keys.ok()) return NotAppended(std::move(keys));
  Turn turn(*this);
  LookForNewerKey();
  AppendReport report;
  for (int attempt = 0; attempt < kAppendAttemptsMax; ++attempt) {
    report = AppendInTurn(turn, records, placed);
    // Chunks were trimmed away before their record was written: write them again.
    const bool again =
        report.outcome == AppendOutcome::kNotAppended && report.status.code() == Code::kConflict;
    if (!again) return report;
  }
  return report;
}

Status Appender::CheckRecord(const Record& record) const {
  if (!IsKnown(record.type) || record.type == RecordType::kChunk) {
    return {Code::kInvalidArgument,
            fmt::format("record type {} can't be appended", static_cast<int>(record.type))};
  }
  if ((record.flags & ~kFlagsKnown) != 0) {
    return {Code::kInvalidArgument, fmt::format("record flags {:#x} are unknown", record.flags)};
  }
  if ((record.flags & kFlagChunked) != 0 && record.payload.empty()) {
    return {Code::kInvalidArgument, "a record read from a log can't be appended again"};
  }
  if (record.payload.size() > options_.payload_bytes_max) {
    return {Code::kInvalidArgument,
            fmt::format("write-set of {} bytes is larger than the limit of {}: split the "
                        "transaction",
                        record.payload.size(), options_.payload_bytes_max)};
  }
  return {};
}

AppendReport Appender::AppendInTurn(Turn& turn, std::span<Record> records,
                                    const storage::AppendPlaced& placed) {
  for (Record& record : records) {
    if (record.stamp_us == 0) record.stamp_us = clock_.WallUs();
    record.payload_hash = Hash64(record.payload, 0);
    AppendReport report = WriteChunks(turn, record);
    if (report.outcome != AppendOutcome::kOk) return report;
  }
  const SegmentId oldest_chunk = OldestChunk(records);
  AppendReport total;
  size_t next = 0;
  while (next < records.size()) {
    const size_t first = next;
    turn.builder().Start();
    while (next < records.size() && turn.builder().Add(records[next])) ++next;
    CHECK(next > first, "WriteChunks let a record through that fits no batch");
    turn.builder().Finish();
    const bool last = next == records.size();
    AppendReport report = AppendBatch(turn, oldest_chunk, last ? placed : nullptr);
    if (report.outcome == AppendOutcome::kNotAppended && first > 0) {
      // Some records are durable, the rest will never be: only the log can tell the caller which.
      report.outcome = AppendOutcome::kUnknown;
    }
    report.write_ns += total.write_ns;
    report.sync_ns += total.sync_ns;
    total = std::move(report);
    if (total.outcome != AppendOutcome::kOk) return total;
  }
  return total;
}

AppendReport Appender::AppendBatch(Turn& turn, SegmentId oldest_chunk,
                                   const storage::AppendPlaced& placed) {
  AppendReport report;
  for (int attempt = 0; attempt < kAppendAttemptsMax; ++attempt) {
    const storage::SegmentRef segment = chain_.Open().segment;
    if (HasGrownEnough(segment)) {
      // Should this fail, the segment still takes what fits, or says why not.
      if (chain_.Roll(segment).ok()) continue;
    }
    if (oldest_chunk.value != 0 && FindEntry(*chain_.Current(), oldest_chunk) == nullptr) {
      return NotAppended({Code::kConflict, "chunks were trimmed before their record"});
    }
    const BatchSeeds seeds = chain_.SeedsOf(segment);
    const auto encode = [&](const storage::AppendPlace& place) {
      return turn.builder().Place(seeds, place);
    };
    bool has_place = false;
    const auto on_placed = [&] {
      has_place = true;
      turn.End();
      placed();
    };
    storage::AppendResult result =
        placed ? chain_.backend().AppendPipelined(segment, encode, on_placed)
               : chain_.backend().Append(segment, encode);
    report.outcome = result.outcome;
    report.status = std::move(result.status);
    report.write_ns += result.write_ns;
    report.sync_ns += result.sync_ns;
    if (report.outcome == AppendOutcome::kOk) {
      report.end = {segment.id, result.offset + turn.builder().total_bytes(), 0};
    }
    Note(segment, report);
    if (report.outcome != AppendOutcome::kNotAppended) return report;
    CHECK(!has_place, "an append to {} was placed, and then not appended: {}", segment.id,
          report.status.ToString());
    if (report.status.code() == Code::kConflict) {
      report.status = {Code::kInternal,
                       fmt::format("segment {} ends in the middle of a sector", segment.id)};
    }
    if (!SegmentIsOver(report.status.code())) return report;
    Status left = LeaveSegment(segment);
    if (!left.ok()) {
      report.status = std::move(left);
      return report;
    }
  }
  report.status = {Code::kUnavailable,
                   fmt::format("every segment refuses the append: {}", report.status.message())};
  return report;
}

void Appender::Note(const storage::SegmentRef& segment, const AppendReport& report) {
  MutexLock lock(mutex_);
  if (report.outcome == AppendOutcome::kUnknown) unknown_in_ = std::max(unknown_in_, segment.id);
  // Of two appends under way the earlier one may end later.
  if (report.outcome != AppendOutcome::kOk || segment.id < last_segment_.id) return;
  entered_ = entered_ || segment.id > last_segment_.id;
  last_end_ = segment == last_segment_ ? std::max(last_end_, report.end.offset) : report.end.offset;
  last_segment_ = segment;
}

void Appender::LookForNewerKey() {
  if (chain_.cipher() == nullptr) return;
  {
    MutexLock lock(mutex_);
    if (!std::exchange(entered_, false)) return;
  }
  const Status looked = chain_.cipher()->Refresh();
  if (!looked.ok()) LogWarning("still sealing under the key before: {}", looked.message());
}

bool Appender::HasGrownEnough(const storage::SegmentRef& segment) {
  MutexLock lock(mutex_);
  return segment == last_segment_ && last_end_ >= options_.segment_bytes;
}

Status Appender::LeaveSegment(const storage::SegmentRef& segment) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const Chain> chain, chain_.Refresh());
  if (!(chain->entries.back().segment == segment)) return {};
  return chain_.Roll(segment);
}

// Takes the turn: what is appended from now on is not what this decides about.
Status Appender::ResolveUnknown() {
  Turn turn(*this);
  SegmentId unknown_in;
  {
    MutexLock lock(mutex_);
    unknown_in = unknown_in_;
  }
  if (unknown_in.value == 0) return {};
  ASSIGN_OR_RETURN(const std::shared_ptr<const Chain> chain, chain_.Refresh());
  const ChainEntry& open = chain->entries.back();
  // In any older segment the seal has already decided.
  const bool may_land = open.segment.id == unknown_in;
  if (may_land && !Seeded(SeededBug::kResolveWithoutSeal)) {
    RETURN_IF_ERROR(chain_.Roll(open.segment));
  }
  MutexLock lock(mutex_);
  if (unknown_in_ == unknown_in) unknown_in_ = SegmentId{0};
  return {};
}

}  // namespace borealis::log

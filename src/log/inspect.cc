#include "log/inspect.h"

#include <algorithm>

#include "log/batch_stream.h"
#include "log/identity.h"
#include "log/payload.h"

namespace borealis::log {
namespace {

class Inspector {
 public:
  Inspector(storage::Backend& backend, const InspectVisitor& visitor, const Identity& identity,
            Chain chain, encryption::KeyRing* keys)
      : backend_(backend), visitor_(visitor), chain_(backend, identity, chain, keys) {
    report_.identity = identity;
    report_.last = chain.entries.front().before;
    report_.chain = std::move(chain);
  }

  Result<InspectReport> Run() {
    for (size_t i = 0; i < report_.chain.entries.size() && report_.damage.ok(); ++i) {
      RETURN_IF_ERROR(InspectSegment(report_.chain.entries[i]));
    }
    return std::move(report_);
  }

 private:
  // A failure to read; damage goes to the report.
  Status InspectSegment(const ChainEntry& entry);
  void InspectBatch(const ChainEntry& entry, uint64_t offset, const BatchHeader& header,
                    ByteView body);
  // Cursor over the batch, in the clear where there are keys. False: it can't be opened.
  bool Open(const ChainEntry& entry, uint64_t offset, const BatchHeader& header, ByteView body,
            Bytes& opened, RecordCursor& cursor);
  void CheckChunks(const Record& record);
  void Damage(const Position& at, Code code, std::string_view what) {
    if (!report_.damage.ok()) return;
    report_.damage = FailureAt(code, backend_, at.segment, at.offset, what);
    report_.damaged_at = at;
  }

  storage::Backend& backend_;
  const InspectVisitor& visitor_;
  SegmentChain chain_;
  InspectReport report_;
  int64_t time_us_ = 0;
};

Status Inspector::InspectSegment(const ChainEntry& entry) {
  const SegmentId id = entry.segment.id;
  ++report_.segments;
  if (visitor_.segment) visitor_.segment(entry);
  if (&entry != &report_.chain.entries.front() &&
      (entry.before != report_.last || entry.time_before_us != time_us_)) {
    Damage({id, 0, 0}, Code::kCorruption,
           fmt::format("the chain says seqno {} comes before, {} were counted", entry.before,
                       report_.last));
    return {};
  }
  time_us_ = std::max(time_us_, entry.time_before_us);
  const Result<storage::SegmentState> state = backend_.State(entry.segment);
  if (!state.ok()) {
    const Code code = state.status().code();
    if (code != Code::kNotFound && code != Code::kFenced) return state.status();
    Damage({id, 0, 0}, Code::kCorruption, state.status().message());
    return {};
  }
  const uint64_t durable = entry.sealed ? entry.final_size : state->durable_end;
  // Where somebody lives, bytes past the durable end are appends in progress; where nobody does,
  // the backend knows no end and the bytes must tell.
  const bool end_known = entry.sealed || durable > 0;
  ASSIGN_OR_RETURN(const Bytes bytes, end_known ? backend_.ReadRaw(entry.segment, 0, durable)
                                                : ReadMedium(backend_, entry.segment));
  const SegmentScan scan =
      ScanSegment(bytes, chain_.SeedsOf(entry.segment), entry, durable,
                  [&](uint64_t offset, const BatchHeader& header, ByteView body) {
                    InspectBatch(entry, offset, header, body);
                  });
  report_.bytes += scan.valid_end;
  report_.end = {id, scan.valid_end, 0};
  if (scan.tail == SegmentTail::kCorrupt) Damage(report_.end, scan.code, scan.reason);
  std::string cut_off;
  if (!end_known) {
    ASSIGN_OR_RETURN(cut_off, CutOffSince(backend_, entry, *state, bytes.size()));
  }
  if (!cut_off.empty()) Damage({id, bytes.size(), 0}, Code::kCorruption, cut_off);
  if (scan.tail == SegmentTail::kTorn) {
    report_.torn_tail = true;
    report_.torn_reason = scan.reason;
  }
  if (entry.sealed && scan.valid_end > entry.final_size) {
    Damage({id, entry.final_size, 0}, Code::kCorruption, "the final size cuts a batch in two");
  }
  return {};
}

void Inspector::InspectBatch(const ChainEntry& entry, uint64_t offset, const BatchHeader& header,
                             ByteView body) {
  ++report_.batches;
  if (header.record_count == 0) ++report_.idle_markers;
  if (visitor_.batch) {
    visitor_.batch({.segment = entry.segment.id,
                    .offset = offset,
                    .bytes = header.total_bytes(),
                    .records = header.record_count,
                    .durable_watermark = header.durable_watermark});
  }
  RecordCursor cursor;
  Bytes opened;
  if (!Open(entry, offset, header, body, opened, cursor)) return;
  LogEntry found;
  while (!cursor.done()) {
    found.position = {entry.segment.id, offset, cursor.index()};
    const Status decoded = cursor.Next(found.record);  // the scan saw no more than what is clear
    if (!decoded.ok()) return Damage(found.position, decoded.code(), decoded.message());
    found.next = cursor.done() ? Position{entry.segment.id, offset + header.total_bytes(), 0}
                               : Position{entry.segment.id, offset, cursor.index()};
    ++report_.records;
    if (found.record.type == RecordType::kChunk) ++report_.chunks;
    if (IsOrdered(found.record.type)) report_.last = report_.last.Next();
    time_us_ = std::max(time_us_, found.record.stamp_us);
    found.seqno = IsOrdered(found.record.type) ? report_.last : Seqno::Undefined();
    found.time_us = time_us_;
    CheckChunks(found.record);
    if (visitor_.record) visitor_.record(found);
  }
}

bool Inspector::Open(const ChainEntry& entry, uint64_t offset, const BatchHeader& header,
                     ByteView body, Bytes& opened, RecordCursor& cursor) {
  cursor = RecordCursor(header, body);
  if (!header.sealed || chain_.cipher() == nullptr) return true;
  const ByteView batch(body.data() - kBatchHeaderBytes, header.total_bytes());
  Result<Bytes> records =
      chain_.cipher()->Open(batch, header, chain_.SeedsOf(entry.segment), offset);
  if (!records.ok()) {
    Damage({entry.segment.id, offset, 0}, records.status().code(), records.status().message());
    return false;
  }
  opened = std::move(*records);
  cursor = RecordCursor::Opened(header, opened);
  return true;
}

void Inspector::CheckChunks(const Record& record) {
  if (!chain_.CheckHasKeys().ok()) return;
  const auto first = [&](const std::vector<ChunkRef>& refs) {
    return refs.empty() ? Position{} : refs.front().position;
  };
  // A segment that is there for the sake of its chunks only: its own records are not needed, nor
  // are theirs.
  const auto trimmed = [&](const std::vector<ChunkRef>& refs) {
    return std::ranges::any_of(refs, [&](const ChunkRef& ref) {
      return ref.position.segment < report_.chain.entries.front().segment.id;
    });
  };
  if (trimmed(record.chunks) || trimmed(record.key_chunks)) return;
  if (!record.chunks.empty()) {
    const Result<Bytes> payload = LoadPayload(chain_, record);
    if (!payload.ok()) {
      Damage(first(record.chunks), payload.status().code(), payload.status().message());
    }
  }
  if (!record.key_chunks.empty()) {
    Record copy = record;
    const Status keys = LoadKeys(chain_, copy);
    if (!keys.ok()) Damage(first(record.key_chunks), keys.code(), keys.message());
  }
}

}  // namespace

Result<InspectReport> InspectLog(storage::Backend& backend, const InspectVisitor& visitor,
                                 encryption::KeyRing* keys) {
  ASSIGN_OR_RETURN(const Identity identity, ReadIdentity(backend));
  ASSIGN_OR_RETURN(Chain chain, ReadChainRegister(backend, identity.volume));
  return Inspector(backend, visitor, identity, std::move(chain), keys).Run();
}

}  // namespace borealis::log

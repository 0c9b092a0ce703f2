#include "log/segment_scan.h"

#include <algorithm>

namespace borealis::log {
namespace {

// The highest watermark that a valid header at or past `from` carries.
uint64_t HighestWatermark(ByteView bytes, const BatchSeeds& seeds, uint64_t from) {
  uint64_t highest = 0;
  if (!seeds.positioned()) return highest;
  const uint64_t start = (from + kSectorBytes - 1) / kSectorBytes * kSectorBytes;
  for (uint64_t at = start; at < bytes.size(); at += kSectorBytes) {
    BatchHeader header;
    const BatchFault fault = DecodeBatchHeader(bytes.subspan(at), seeds, at, header);
    if (fault == BatchFault::kNone) highest = std::max(highest, header.durable_watermark);
  }
  return highest;
}

// Counts the records; the status says why they do not decode.
Status CountRecords(const BatchHeader& header, ByteView body, SegmentCount& count) {
  RecordCursor cursor(header, body);
  Record record;
  while (!cursor.done()) {
    RETURN_IF_ERROR(cursor.Next(record));
    count.Add(record);
  }
  return cursor.CheckRest();
}

void Classify(ByteView bytes, const BatchSeeds& seeds, uint64_t durable_floor, BatchFault fault,
              SegmentScan& scan) {
  const uint64_t at = scan.valid_end;
  scan.durable_end = std::max(durable_floor, HighestWatermark(bytes, seeds, at));
  const bool rest_is_zero = at >= bytes.size() || AllZero(bytes.subspan(at));
  const bool written_so = fault == BatchFault::kUnsupported || fault == BatchFault::kInconsistent;
  if (scan.durable_end > at || written_so) {
    scan.tail = SegmentTail::kCorrupt;
  } else {
    scan.tail = rest_is_zero ? SegmentTail::kClean : SegmentTail::kTorn;
  }
  if (fault == BatchFault::kUnsupported) scan.code = Code::kUnsupported;
  if (scan.tail == SegmentTail::kClean) return;
  scan.reason = at >= bytes.size() ? "the medium ends here" : BatchFaultName(fault);
  if (scan.durable_end > at) {
    scan.reason += fmt::format("; bytes up to {} were durable", scan.durable_end);
  }
}

}  // namespace

Result<Bytes> ReadMedium(storage::Backend& backend, const storage::SegmentRef& segment) {
  const uint64_t step = std::max<uint64_t>(backend.traits().segment_bytes_max, 1 << 20);
  ASSIGN_OR_RETURN(Bytes bytes, backend.ReadRaw(segment, 0, step));
  for (bool more = bytes.size() == step; more;) {
    ASSIGN_OR_RETURN(const Bytes rest, backend.ReadRaw(segment, bytes.size(), step));
    bytes.insert(bytes.end(), rest.begin(), rest.end());
    more = rest.size() == step;
  }
  return bytes;
}

std::string CutOffReason(const ChainEntry& entry, const storage::SegmentState& state,
                         uint64_t bytes) {
  if (entry.sealed || state.sealed || bytes >= entry.medium_bytes) return {};
  return fmt::format("the medium holds {} of the {} bytes that the segment was made with", bytes,
                     entry.medium_bytes);
}

Result<std::string> CutOffSince(storage::Backend& backend, const ChainEntry& entry,
                                const storage::SegmentState& before, uint64_t bytes) {
  std::string reason = CutOffReason(entry, before, bytes);
  if (reason.empty()) return reason;
  ASSIGN_OR_RETURN(const storage::SegmentState now, backend.State(entry.segment));
  return CutOffReason(entry, now, bytes);
}

SegmentScan ScanSegment(ByteView bytes, const BatchSeeds& seeds, const ChainEntry& entry,
                        uint64_t durable_floor, const BatchVisitor& visit) {
  SegmentScan scan;
  scan.count = SegmentCount::Before(entry);
  BatchHeader header;
  while (true) {
    const uint64_t at = scan.valid_end;
    const BatchFault fault = DecodeBatch(bytes.subspan(at), seeds, at, header);
    if (fault != BatchFault::kNone) {
      Classify(bytes, seeds, durable_floor, fault, scan);
      return scan;
    }
    const ByteView body = bytes.subspan(at + kBatchHeaderBytes, header.body_bytes);
    SegmentCount count = scan.count;
    const Status decoded = CountRecords(header, body, count);
    if (!decoded.ok()) {
      scan.tail = SegmentTail::kCorrupt;
      scan.code = decoded.code();
      scan.reason = decoded.message();
      scan.durable_end = std::max(durable_floor, HighestWatermark(bytes, seeds, at));
      return scan;
    }
    if (visit) visit(at, header, body);
    scan.valid_end += header.total_bytes();
    count.EndBatch(scan.valid_end, header.record_count);
    scan.count = count;
  }
}

}  // namespace borealis::log

// The part of Appender that moves what is too large for a record into chunks ahead of it.
//
// A payload above chunk_bytes goes in chunks, each a record and a batch of its own, so that large
// write-sets let others in between; so do keys whose bytes are above it. What is left must fit one
// append: if it does not, the payload goes, then the keys.
#include <algorithm>

#include "log/appender.h"
#include "model/record_codec.h"

namespace borealis::log {
namespace {

using storage::AppendOutcome;

AppendReport Done() {
  AppendReport report;
  report.outcome = AppendOutcome::kOk;
  return report;
}

void Unchunk(Record& record) {
  record.flags &= ~(kFlagChunked | kFlagKeysChunked);
  record.chunks.clear();
  record.key_chunks.clear();
}

}  // namespace

AppendReport Appender::WriteChunks(Turn& turn, Record& record) {
  Unchunk(record);  // an attempt that failed may have left some
  const uint64_t key_bytes = EncodedKeyBytes(record.keys.size());
  const bool chunk_payload =
      record.payload.size() > chunk_bytes_ ||
      (EncodedRecordBytes(record) > turn.builder().record_bytes_max() && !record.payload.empty());
  const uint64_t chunks = (record.payload.size() + chunk_bytes_ - 1) / chunk_bytes_;
  const uint64_t payload_bytes =
      chunk_payload ? chunks * kChunkRefBytes : (record.payload.size() + 7) / 8 * 8;
  const bool chunk_keys =
      key_bytes > chunk_bytes_ ||
      kRecordHeaderBytes + key_bytes + payload_bytes > turn.builder().record_bytes_max();
  AppendReport report = Done();
  if (chunk_keys) report = WriteKeyChunks(turn, record);
  ByteView rest = record.payload;
  if (!chunk_payload) rest = {};
  while (report.outcome == AppendOutcome::kOk && !rest.empty()) {
    const ByteView part = rest.first(std::min<uint64_t>(rest.size(), chunk_bytes_));
    rest = rest.subspan(part.size());
    ChunkRef ref;
    report = WriteChunk(turn, record, part, ref);
    record.chunks.push_back(ref);
  }
  if (!record.chunks.empty()) record.flags |= kFlagChunked;
  if (report.outcome == AppendOutcome::kOk &&
      (EncodedRecordBytes(record) > turn.builder().record_bytes_max() ||
       record.key_chunks.size() > UINT16_MAX)) {
    report.outcome = AppendOutcome::kNotAppended;
    report.status = {
        Code::kInvalidArgument,
        fmt::format("a write-set of {} keys and {} bytes is too large for appends of "
                    "at most {} bytes: split the transaction",
                    record.keys.size(), record.payload.size(), turn.builder().record_bytes_max())};
  }
  if (report.outcome != AppendOutcome::kOk) {
    // The record itself was not written, whatever became of a chunk.
    report.outcome = AppendOutcome::kNotAppended;
    Unchunk(record);
  }
  return report;
}

AppendReport Appender::WriteKeyChunks(Turn& turn, Record& record) {
  const size_t keys_each = (chunk_bytes_ - 24) * 4 / 33;  // 8 1/4 bytes for each, padding
  AppendReport report = Done();
  std::span<const Key> rest = record.keys;
  while (report.outcome == AppendOutcome::kOk && !rest.empty()) {
    const std::span<const Key> part = rest.first(std::min(rest.size(), keys_each));
    rest = rest.subspan(part.size());
    ChunkRef ref;
    report = WriteChunk(turn, record, EncodeKeyChunk(part), ref);
    record.key_chunks.push_back(ref);
  }
  record.flags |= kFlagKeysChunked;
  return report;
}

AppendReport Appender::WriteChunk(Turn& turn, const Record& owner, ByteView payload,
                                  ChunkRef& ref) {
  Record chunk;
  chunk.type = RecordType::kChunk;
  chunk.source = owner.source;
  chunk.request = owner.request;
  chunk.last_seen = owner.last_seen;
  chunk.stamp_us = owner.stamp_us;
  chunk.trx = owner.trx;
  chunk.connection = owner.connection;
  chunk.payload = payload;
  chunk.payload_hash = Hash64(payload, 0);
  turn.builder().Start();
  CHECK(turn.builder().Add(chunk), "chunk_bytes_ leaves room for the headers");
  turn.builder().Finish();
  AppendReport report = AppendBatch(turn, SegmentId{0}, nullptr);
  if (report.outcome == AppendOutcome::kOk) {
    ref.position = {report.end.segment, report.end.offset - turn.builder().total_bytes(), 0};
    ref.bytes = static_cast<uint32_t>(payload.size());
  }
  return report;
}

}  // namespace borealis::log

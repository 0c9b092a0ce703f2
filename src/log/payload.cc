#include "log/payload.h"

#include "log/batch_stream.h"
#include "model/record_codec.h"

namespace borealis::log {
namespace {

// No write-set has more. Reserved at once: a payload that grows would be in memory twice.
constexpr uint64_t kPayloadBytesMax = 4ull << 30;

Status BadChunk(const SegmentChain& chain, const ChunkRef& ref, std::string_view what) {
  return {Code::kCorruption,
          fmt::format("{}: chunk at {}: {}", chain.backend().Describe(), ref.position, what)};
}

Result<ChainEntry> FindSegment(SegmentChain& chain, SegmentId segment) {
  std::shared_ptr<const Chain> known = chain.Current();
  const ChainEntry* entry = FindEntry(*known, segment);
  if (entry == nullptr) {
    ASSIGN_OR_RETURN(known, chain.Refresh());
    entry = FindEntry(*known, segment);
  }
  if (entry == nullptr) {
    return Status(Code::kNotFound, fmt::format("segment {} of a chunk was trimmed", segment));
  }
  return *entry;
}

// Appends the chunk's bytes to `out`.
Status LoadChunk(SegmentChain& chain, const Record& owner, const ChunkRef& ref, Bytes& out) {
  ASSIGN_OR_RETURN(const ChainEntry entry, FindSegment(chain, ref.position.segment));
  storage::Backend& backend = chain.backend();
  // A chunk fills a batch of its own.
  const BatchSeeds seeds = chain.SeedsOf(entry.segment);
  const uint64_t seal_bytes = seeds.sealed() ? kSealBytes : 0;
  const uint64_t length = PaddedBatchBytes(
      seal_bytes + kRecordHeaderBytes + uint64_t{ref.bytes} + 7, seeds.positioned());
  // Raw: the record that names the chunk is durable, so the chunk before it is.
  ASSIGN_OR_RETURN(const Bytes bytes, backend.ReadRaw(entry.segment, ref.position.offset, length));
  BatchHeader header;
  const BatchFault fault = DecodeBatch(bytes, seeds, ref.position.offset, header);
  if (fault != BatchFault::kNone) return BadChunk(chain, ref, BatchFaultName(fault));
  const ByteView batch = ByteView(bytes).first(header.total_bytes());
  RecordCursor cursor(header, batch.subspan(kBatchHeaderBytes));
  Bytes opened;
  if (header.sealed) {
    RETURN_IF_ERROR(chain.CheckHasKeys());
    Result<Bytes> records = chain.cipher()->Open(batch, header, seeds, ref.position.offset);
    if (!records.ok())
      return records.status().WithContext(fmt::format("chunk at {}", ref.position));
    opened = std::move(*records);
    cursor = RecordCursor::Opened(header, opened);
  }
  Record chunk;
  do {
    if (cursor.done()) return BadChunk(chain, ref, "no such record in its batch");
    const Status decoded = cursor.Next(chunk);
    if (!decoded.ok()) return BadChunk(chain, ref, decoded.message());
  } while (cursor.index() <= ref.position.index);
  if (chunk.type != RecordType::kChunk || chunk.source != owner.source ||
      chunk.request != owner.request || chunk.payload.size() != ref.bytes) {
    return BadChunk(chain, ref, "not a chunk of the record that names it");
  }
  out.insert(out.end(), chunk.payload.begin(), chunk.payload.end());
  return {};
}

}  // namespace

Result<Bytes> LoadPayload(SegmentChain& chain, const Record& record) {
  if ((record.flags & kFlagChunked) == 0) {
    return Bytes(record.payload.begin(), record.payload.end());
  }
  uint64_t total = 0;
  for (const ChunkRef& ref : record.chunks) total += ref.bytes;
  if (total > kPayloadBytesMax) {
    return Status(Code::kCorruption,
                  fmt::format("{}: the payload of request {} of {} would have {} bytes",
                              chain.backend().Describe(), record.request, record.source, total));
  }
  Bytes payload;
  payload.reserve(total);
  for (const ChunkRef& ref : record.chunks) {
    RETURN_IF_ERROR(LoadChunk(chain, record, ref, payload));
  }
  if (Hash64(payload, 0) != record.payload_hash) {
    return Status(Code::kCorruption,
                  fmt::format("{}: the payload of request {} of {} has a wrong hash",
                              chain.backend().Describe(), record.request, record.source));
  }
  return payload;
}

Status LoadKeys(SegmentChain& chain, Record& record) {
  record.keys.clear();
  Bytes bytes;
  for (const ChunkRef& ref : record.key_chunks) {
    bytes.clear();
    RETURN_IF_ERROR(LoadChunk(chain, record, ref, bytes));
    const Status decoded = DecodeKeyChunk(bytes, record.keys);
    if (!decoded.ok()) return BadChunk(chain, ref, decoded.message());
  }
  return {};
}

}  // namespace borealis::log

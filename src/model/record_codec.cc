#include "model/record_codec.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "base/codec.h"

namespace borealis {
namespace {

constexpr size_t kChecksumAt = 8;
constexpr size_t kChecksummedFrom = 16;

uint64_t PadTo8(uint64_t n) { return (n + 7) & ~uint64_t{7}; }

// Bytes up to the payload.
uint64_t HeadBytes(uint64_t keys, uint64_t key_refs, uint64_t refs) {
  return kRecordHeaderBytes + EncodedKeyBytes(keys) + (key_refs + refs) * kChunkRefBytes;
}

uint64_t InlineKeys(const Record& record) {
  return (record.flags & kFlagKeysChunked) != 0 ? 0 : record.keys.size();
}
uint64_t InlinePayload(const Record& record) {
  return (record.flags & kFlagChunked) != 0 ? 0 : record.payload.size();
}

// Writes into a span of known size.
class Writer {
 public:
  explicit Writer(std::span<std::byte> out) : out_(out) {}
  template <typename T>
  void Int(T value) {
    std::memcpy(out_.data() + at_, &value, sizeof(T));
    at_ += sizeof(T);
  }
  void Raw(ByteView bytes) {
    if (!bytes.empty()) std::memcpy(out_.data() + at_, bytes.data(), bytes.size());
    at_ += bytes.size();
  }
  void ZeroTo(size_t end) {
    std::fill(out_.begin() + static_cast<ptrdiff_t>(at_),
              out_.begin() + static_cast<ptrdiff_t>(end), std::byte{0});
    at_ = end;
  }
  size_t at() const { return at_; }

 private:
  std::span<std::byte> out_;
  size_t at_ = 0;
};

void PutKeys(Writer& writer, std::span<const Key> keys) {
  const size_t end = writer.at() + EncodedKeyBytes(keys.size());
  for (const Key& key : keys) writer.Int(key.hash);
  for (size_t i = 0; i < keys.size(); i += 4) {
    uint8_t packed = 0;
    for (size_t j = i; j < std::min(i + 4, keys.size()); ++j) {
      packed =
          static_cast<uint8_t>(packed | (static_cast<unsigned>(keys[j].type) << (2 * (j - i))));
    }
    writer.Int(packed);
  }
  writer.ZeroTo(end);
}

// `bytes` holds exactly EncodedKeyBytes(count). False when unused bits are not zero.
bool GetKeys(ByteView bytes, size_t count, std::vector<Key>& out) {
  const size_t base = out.size();
  out.resize(base + count);
  const std::byte* types = bytes.data() + 8 * count;
  for (size_t i = 0; i < count; ++i) {
    Key& key = out[base + i];
    std::memcpy(&key.hash, bytes.data() + 8 * i, 8);
    key.type = static_cast<KeyType>((static_cast<unsigned>(types[i / 4]) >> (2 * (i % 4))) & 3u);
  }
  const size_t used = (count + 3) / 4;
  if (count % 4 != 0 && (static_cast<unsigned>(types[used - 1]) >> (2 * (count % 4))) != 0) {
    return false;
  }
  const ByteView rest = bytes.subspan(8 * count + used);
  return std::all_of(rest.begin(), rest.end(), [](std::byte b) { return b == std::byte{0}; });
}

void PutRefs(Writer& writer, std::span<const ChunkRef> refs) {
  for (const ChunkRef& ref : refs) {
    writer.Int(ref.position.segment.value);
    writer.Int(ref.position.offset);
    writer.Int(ref.position.index);
    writer.Int(ref.bytes);
  }
}

void GetRefs(Decoder& in, size_t count, std::vector<ChunkRef>& out) {
  out.clear();
  for (size_t i = 0; i < count; ++i) {
    ChunkRef& ref = out.emplace_back();
    ref.position.segment.value = in.Int<uint64_t>();
    ref.position.offset = in.Int<uint64_t>();
    ref.position.index = in.Int<uint32_t>();
    ref.bytes = in.Int<uint32_t>();
  }
}

uint64_t Checksum(ByteView head) {
  uint64_t first = 0;
  std::memcpy(&first, head.data(), sizeof(first));
  return Hash64(head.subspan(kChecksummedFrom), kRecordSeed ^ first);
}

Status Corrupt(const char* what) { return {Code::kCorruption, what}; }

// What the counts in the header are, and that they and the lengths agree.
struct Shape {
  uint32_t length = 0;
  uint32_t key_refs = 0;
  uint32_t keys = 0;
  uint32_t refs = 0;
  uint32_t payload = 0;
  uint64_t head = 0;
};

Result<Shape> ReadShape(ByteView bytes) {
  if (bytes.size() < kRecordHeaderBytes) return Corrupt("record is shorter than its header");
  Shape shape;
  shape.length = IntAt<uint32_t>(bytes, 0);
  shape.key_refs = IntAt<uint16_t>(bytes, 6);
  shape.keys = IntAt<uint32_t>(bytes, 20);
  shape.refs = IntAt<uint32_t>(bytes, 24);
  shape.payload = IntAt<uint32_t>(bytes, 28);
  shape.head = HeadBytes(shape.keys, shape.key_refs, shape.refs);
  if (shape.length > bytes.size()) return Corrupt("record is cut short");
  if (PadTo8(shape.head + shape.payload) != shape.length) {
    return Corrupt("record length and counts disagree");
  }
  return shape;
}

Status CheckKinds(ByteView bytes, const Shape& shape) {
  const auto type = static_cast<RecordType>(bytes[4]);
  const auto flags = IntAt<uint32_t>(bytes, 16);
  if (!IsKnown(type)) {
    return {Code::kUnsupported, fmt::format("record type {} is unknown: newer software wrote it",
                                            static_cast<int>(type))};
  }
  if ((flags & ~kFlagsKnown) != 0) {
    return {Code::kUnsupported,
            fmt::format("record flags {:#x} are unknown: newer software wrote it", flags)};
  }
  if (bytes[5] != std::byte{0} || ((flags & kFlagChunked) != 0) != (shape.refs != 0) ||
      ((flags & kFlagKeysChunked) != 0) != (shape.key_refs != 0) ||
      (shape.refs != 0 && shape.payload != 0) || (shape.key_refs != 0 && shape.keys != 0)) {
    return Corrupt("record flags and counts disagree");
  }
  return {};
}

// What stands between the counts and the keys; the payload hash as it is there.
void GetHeader(Decoder& in, Record& out) {
  out.flags = in.Int<uint32_t>();
  in.Raw(12);  // the counts
  out.payload_hash = in.Int<uint64_t>();
  const ByteView source = in.Raw(out.source.uuid.bytes.size());
  std::memcpy(out.source.uuid.bytes.data(), source.data(), source.size());
  out.request.value = in.Int<uint64_t>();
  out.last_seen.value = in.Int<int64_t>();
  out.stamp_us = in.Int<int64_t>();
  out.trx = in.Int<uint64_t>();
  out.connection = in.Int<uint64_t>();
}

}  // namespace

uint64_t EncodedKeyBytes(uint64_t count) { return 8 * count + PadTo8((count + 3) / 4); }

uint64_t EncodedRecordBytes(const Record& record) {
  return PadTo8(HeadBytes(InlineKeys(record), record.key_chunks.size(), record.chunks.size()) +
                InlinePayload(record));
}

void EncodeRecord(const Record& record, std::span<std::byte> out) {
  const uint64_t length = EncodedRecordBytes(record);
  CHECK(out.size() == length && length <= kRecordBytesMax);
  CHECK(IsKnown(record.type) && (record.flags & ~kFlagsKnown) == 0);
  CHECK(((record.flags & kFlagChunked) != 0) == !record.chunks.empty());
  CHECK(((record.flags & kFlagKeysChunked) != 0) == !record.key_chunks.empty());
  CHECK(record.key_chunks.size() <= UINT16_MAX);
  const bool payload_inline = (record.flags & kFlagChunked) == 0;
  const bool keys_inline = (record.flags & kFlagKeysChunked) == 0;

  Writer writer(out);
  writer.Int(static_cast<uint32_t>(length));
  writer.Int(record.type);
  writer.Int(uint8_t{0});
  writer.Int(static_cast<uint16_t>(record.key_chunks.size()));
  writer.Int(uint64_t{0});  // the checksum, below
  writer.Int(record.flags);
  writer.Int(static_cast<uint32_t>(keys_inline ? record.keys.size() : 0));
  writer.Int(static_cast<uint32_t>(record.chunks.size()));
  writer.Int(static_cast<uint32_t>(payload_inline ? record.payload.size() : 0));
  writer.Int(record.payload_hash);
  writer.Raw(std::as_bytes(std::span(record.source.uuid.bytes)));
  writer.Int(record.request.value);
  writer.Int(record.last_seen.value);
  writer.Int(record.stamp_us);
  writer.Int(record.trx);
  writer.Int(record.connection);
  if (keys_inline) PutKeys(writer, record.keys);
  PutRefs(writer, record.key_chunks);
  PutRefs(writer, record.chunks);
  const uint64_t checksum = Checksum(out.first(writer.at()));
  std::memcpy(out.data() + kChecksumAt, &checksum, sizeof(checksum));
  if (payload_inline) writer.Raw(record.payload);
  writer.ZeroTo(length);
}

Result<size_t> DecodeRecord(ByteView bytes, Record& out) {
  ASSIGN_OR_RETURN(const Shape shape, ReadShape(bytes));
  bytes = bytes.first(shape.length);
  const ByteView head = bytes.first(shape.head);
  if (Checksum(head) != IntAt<uint64_t>(bytes, kChecksumAt)) {
    return Corrupt("record checksum differs");
  }
  RETURN_IF_ERROR(CheckKinds(bytes, shape));

  out.type = static_cast<RecordType>(bytes[4]);
  Decoder in(head.subspan(kChecksummedFrom));
  GetHeader(in, out);
  out.keys.clear();
  if (!GetKeys(in.Raw(EncodedKeyBytes(shape.keys)), shape.keys, out.keys)) {
    return Corrupt("record keys carry stray bits");
  }
  GetRefs(in, shape.key_refs, out.key_chunks);
  GetRefs(in, shape.refs, out.chunks);
  CHECK(in.done());

  out.payload = bytes.subspan(shape.head, shape.payload);
  if (shape.refs == 0 && Hash64(out.payload, 0) != out.payload_hash) {
    return Corrupt("payload hash differs");
  }
  const ByteView padding = bytes.subspan(shape.head + shape.payload);
  if (std::any_of(padding.begin(), padding.end(), [](std::byte b) { return b != std::byte{0}; })) {
    return Corrupt("record padding is not zero");
  }
  return static_cast<size_t>(shape.length);
}

Result<RecordParts> SplitRecord(ByteView bytes) {
  ASSIGN_OR_RETURN(const Shape shape, ReadShape(bytes));
  return RecordParts{shape.length, kRecordHeaderBytes + EncodedKeyBytes(shape.keys), shape.head};
}

Result<size_t> DecodeClearParts(ByteView bytes, Record& out) {
  ASSIGN_OR_RETURN(const Shape shape, ReadShape(bytes));
  RETURN_IF_ERROR(CheckKinds(bytes, shape));
  out.type = static_cast<RecordType>(bytes[4]);
  Decoder in(bytes.first(shape.head).subspan(kChecksummedFrom));
  GetHeader(in, out);
  out.payload_hash = 0;
  out.keys.clear();
  in.Raw(EncodedKeyBytes(shape.keys));
  GetRefs(in, shape.key_refs, out.key_chunks);
  GetRefs(in, shape.refs, out.chunks);
  CHECK(in.done());
  out.payload = bytes.subspan(shape.head, shape.payload);
  return static_cast<size_t>(shape.length);
}

Bytes EncodeKeyChunk(std::span<const Key> keys) {
  CHECK(keys.size() <= UINT32_MAX);
  Bytes bytes(8 + EncodedKeyBytes(keys.size()));
  Writer writer(bytes);
  writer.Int(static_cast<uint32_t>(keys.size()));
  writer.Int(uint32_t{0});
  PutKeys(writer, keys);
  return bytes;
}

Status DecodeKeyChunk(ByteView bytes, std::vector<Key>& out) {
  Decoder in(bytes);
  const auto count = in.Count<uint32_t>(8);
  const auto zero = in.Int<uint32_t>();
  if (!in.ok() || zero != 0 || in.remaining() != EncodedKeyBytes(count) ||
      !GetKeys(in.Raw(in.remaining()), count, out)) {
    return Corrupt("key chunk does not decode");
  }
  return {};
}

}  // namespace borealis

// Random records for property tests of this room and of those above it. Same seed, same records.
#pragma once

#include <random>
#include <vector>

#include "model/record.h"

namespace borealis::testing {

inline Bytes RandomBytes(std::mt19937_64& random, size_t size) {
  Bytes bytes(size);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

inline Uuid RandomUuid(std::mt19937_64& random) {
  const uint64_t high = random();  // in this order with every compiler
  return Uuid::FromRandom(high, random());
}

inline std::vector<Key> RandomKeys(std::mt19937_64& random, size_t count) {
  std::vector<Key> keys(count);
  for (Key& key : keys) key = {random(), static_cast<KeyType>(random() % kKeyTypes)};
  return keys;
}

inline std::vector<ChunkRef> RandomRefs(std::mt19937_64& random, size_t count) {
  std::vector<ChunkRef> refs(count);
  for (ChunkRef& ref : refs) {
    ref.position = {{random()}, random(), static_cast<uint32_t>(random())};
    ref.bytes = static_cast<uint32_t>(random());
  }
  return refs;
}

// Encodable as it is. The payload points into `backing`.
inline Record RandomRecord(std::mt19937_64& random, size_t keys_max, size_t payload_max) {
  static constexpr RecordType kTypes[] = {
      RecordType::kWriteSet, RecordType::kIsolated,         RecordType::kView,
      RecordType::kFragment, RecordType::kFragmentRollback, RecordType::kIsolatedOutcome,
      RecordType::kDigest};
  Record record;
  record.type = kTypes[random() % std::size(kTypes)];
  record.flags = static_cast<uint32_t>(random()) & kFlagsKnown & ~(kFlagChunked | kFlagKeysChunked);
  record.source.uuid = RandomUuid(random);
  record.request.value = random();
  record.last_seen.value = static_cast<int64_t>(random() >> 1);
  record.stamp_us = static_cast<int64_t>(random() >> 1);
  record.trx = random();
  record.connection = random();
  record.keys = RandomKeys(random, random() % (keys_max + 1));
  auto backing = std::make_shared<Bytes>(RandomBytes(random, random() % (payload_max + 1)));
  record.payload = *backing;
  record.backing = std::move(backing);
  record.payload_hash = Hash64(record.payload, 0);
  return record;
}

// Equal in everything that travels (`backing` does not).
inline bool SameRecord(const Record& a, const Record& b) {
  return a.type == b.type && a.flags == b.flags && a.source == b.source && a.request == b.request &&
         a.last_seen == b.last_seen && a.stamp_us == b.stamp_us && a.trx == b.trx &&
         a.connection == b.connection && a.keys == b.keys && a.chunks == b.chunks &&
         a.key_chunks == b.key_chunks && a.payload_hash == b.payload_hash &&
         AsText(a.payload) == AsText(b.payload);
}

}  // namespace borealis::testing

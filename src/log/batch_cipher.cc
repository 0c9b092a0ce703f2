#include "log/batch_cipher.h"

#include <algorithm>
#include <cstring>

#include "base/codec.h"
#include "model/record_codec.h"

namespace borealis::log {
namespace {

using encryption::Gcm;
using encryption::kSaltBytes;
using encryption::kTagBytes;

constexpr std::string_view kBatchPurpose = "borealis batch";
constexpr std::string_view kPlacePurpose = "borealis place";
constexpr size_t kSaltAt = 8;
constexpr size_t kCounterAt = kSaltAt + kSaltBytes;
constexpr size_t kTagAt = kCounterAt + 8;
static_assert(kTagAt + kTagBytes == kSealBytes);

encryption::Secret PlaceKey(const encryption::Secret& data_key, const Uuid& volume) {
  return Derive(data_key, std::as_bytes(std::span(volume.bytes)), kPlacePurpose);
}

struct Range {
  size_t from;
  size_t to;
};
using Ranges = std::array<Range, 4>;
Ranges ClearParts(const RecordParts& parts) {
  return {{{0, 8}, {16, 32}, {40, kRecordHeaderBytes}, {parts.keys_end, parts.refs_end}}};
}
Ranges SecretParts(const RecordParts& parts) {
  return {
      {{8, 16}, {32, 40}, {kRecordHeaderBytes, parts.keys_end}, {parts.refs_end, parts.length}}};
}

// The associated data, and where the records are. kCorruption: they can't be walked.
Result<Bytes> AssociatedData(ByteView batch, uint32_t records, std::vector<RecordParts>& where) {
  Bytes data(batch.begin() + 12, batch.begin() + 24);
  const ByteView seal = batch.subspan(kBatchHeaderBytes, kTagAt);
  data.insert(data.end(), seal.begin(), seal.end());
  ByteView rest = batch.subspan(kBatchHeaderBytes + kSealBytes);
  for (uint32_t i = 0; i < records; ++i) {
    ASSIGN_OR_RETURN(const RecordParts parts, SplitRecord(rest));
    for (const Range& range : ClearParts(parts)) {
      const ByteView clear = rest.subspan(range.from, range.to - range.from);
      data.insert(data.end(), clear.begin(), clear.end());
    }
    where.push_back(parts);
    rest = rest.subspan(parts.length);
  }
  return data;
}

void RunSecretParts(Gcm& gcm, ByteView in, std::span<std::byte> out,
                    const std::vector<RecordParts>& where) {
  for (const RecordParts& parts : where) {
    for (const Range& range : SecretParts(parts)) {
      const size_t length = range.to - range.from;
      if (length > 0) gcm.Run(in.subspan(range.from, length), out.subspan(range.from, length));
    }
    in = in.subspan(parts.length);
    out = out.subspan(parts.length);
  }
}

Status NotSealedSo() {
  return {Code::kCorruption, "the batch was not written here under a key of this volume"};
}

}  // namespace

SealingKey::SealingKey(const encryption::DataKey& data_key, const Uuid& volume)
    : number(data_key.number),
      session(data_key.key, kBatchPurpose),
      place(PlaceKey(data_key.key, volume)) {}

BatchCipher::OpeningKey::OpeningKey(const encryption::Secret& data_key,
                                    const encryption::Salt& salt, const Uuid& volume)
    : session(Derive(data_key, salt, kBatchPurpose)), place(PlaceKey(data_key, volume)) {}

void SealBatch(const SealingKey& key, std::span<std::byte> batch) {
  const uint64_t counter = key.session.NextCounter();
  const std::span<std::byte> seal = batch.subspan(kBatchHeaderBytes, kSealBytes);
  std::memset(seal.data(), 0, seal.size());
  std::memcpy(seal.data(), &key.number, sizeof(key.number));
  std::memcpy(seal.data() + kSaltAt, key.session.salt().data(), kSaltBytes);
  std::memcpy(seal.data() + kCounterAt, &counter, sizeof(counter));
  std::vector<RecordParts> where;
  const Result<Bytes> data = AssociatedData(batch, IntAt<uint32_t>(batch, 20), where);
  CHECK_OK(data);
  Gcm gcm(Gcm::Mode::kSeal, key.session.key(), encryption::NonceOf(counter));
  gcm.AddData(*data);
  const std::span<std::byte> records = batch.subspan(kBatchHeaderBytes + kSealBytes);
  RunSecretParts(gcm, records, records, where);
  const encryption::Tag tag = gcm.Seal();
  std::memcpy(seal.data() + kTagAt, tag.data(), tag.size());
}

uint64_t PlaceMac(const encryption::Mac& mac, const BatchPlace& place, ByteView batch) {
  return mac.Of({place, batch.subspan(8, 48), batch.subspan(kBatchHeaderBytes, kSealBytes)});
}

std::shared_ptr<const SealingKey> BatchCipher::Current() {
  MutexLock lock(mutex_);
  if (current_ == nullptr) current_ = std::make_shared<const SealingKey>(keys_.Newest(), volume_);
  return current_;
}

Status BatchCipher::Refresh() {
  RETURN_IF_ERROR(keys_.Refresh());
  MutexLock lock(mutex_);
  if (current_ != nullptr && keys_.Newest().number != current_->number) current_ = nullptr;
  return {};
}

Result<std::shared_ptr<const BatchCipher::OpeningKey>> BatchCipher::KeyFor(
    uint32_t number, const encryption::Salt& salt) {
  const std::pair name(number, salt);
  {
    MutexLock lock(mutex_);
    const auto found = known_.find(name);
    if (found != known_.end()) return found->second;
  }
  ASSIGN_OR_RETURN(const encryption::Secret data_key, keys_.Find(number));
  auto key = std::make_shared<const OpeningKey>(data_key, salt, volume_);
  MutexLock lock(mutex_);
  if (known_.size() >= kSessionsKeptMax) known_.clear();
  known_[name] = key;
  return key;
}

Result<Bytes> BatchCipher::Open(ByteView batch, const BatchHeader& header, const BatchSeeds& seeds,
                                uint64_t offset) {
  CHECK(header.sealed && batch.size() == header.total_bytes());
  const ByteView seal = batch.subspan(kBatchHeaderBytes, kSealBytes);
  encryption::Salt salt;
  std::copy_n(seal.begin() + kSaltAt, kSaltBytes, salt.begin());
  ASSIGN_OR_RETURN(const auto key, KeyFor(IntAt<uint32_t>(seal, 0), salt));
  if (PlaceMac(key->place, seeds.PlaceOf(offset), batch) != IntAt<uint64_t>(batch, 56)) {
    return NotSealedSo();
  }
  std::vector<RecordParts> where;
  ASSIGN_OR_RETURN(const Bytes data, AssociatedData(batch, header.record_count, where));
  const ByteView sealed = batch.subspan(kBatchHeaderBytes + kSealBytes);
  Bytes records(sealed.begin(), sealed.end());
  Gcm gcm(Gcm::Mode::kOpen, key->session, encryption::NonceOf(IntAt<uint64_t>(seal, kCounterAt)));
  gcm.AddData(data);
  RunSecretParts(gcm, sealed, records, where);
  encryption::Tag tag;
  std::copy_n(seal.begin() + kTagAt, kTagBytes, tag.begin());
  if (!gcm.Open(tag)) return NotSealedSo();
  return records;
}

}  // namespace borealis::log

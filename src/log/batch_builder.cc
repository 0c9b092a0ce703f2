#include "log/batch_builder.h"

#include <algorithm>
#include <cstring>

#include "model/record_codec.h"

namespace borealis::log {
namespace {

template <typename T>
void PutAt(Bytes& bytes, size_t at, T value) {
  std::memcpy(bytes.data() + at, &value, sizeof(T));
}

}  // namespace

BatchBuilder::BatchBuilder(bool positioned, uint64_t batch_bytes_max, BatchCipher* cipher)
    : positioned_(positioned),
      batch_bytes_max_(batch_bytes_max / kSectorBytes * kSectorBytes),
      cipher_(cipher) {
  CHECK(batch_bytes_max_ >= kSectorBytes && batch_bytes_max_ <= UINT32_MAX);
}

void BatchBuilder::Start() {
  if (buffer_.size() > kKeptBytesMax) Bytes().swap(buffer_);
  Reserve(FirstRecordAt());
  used_ = FirstRecordAt();
  record_count_ = 0;
}

bool BatchBuilder::Add(const Record& record) {
  const uint64_t bytes = EncodedRecordBytes(record);
  if (bytes > batch_bytes_max_ - used_) return false;
  Reserve(used_ + bytes);
  EncodeRecord(record, std::span(buffer_).subspan(used_, bytes));
  used_ += bytes;
  ++record_count_;
  return true;
}

void BatchBuilder::Finish() {
  const uint64_t total = PaddedBatchBytes(used_ - kBatchHeaderBytes, positioned_);
  Reserve(total);
  std::memset(buffer_.data() + used_, 0, total - used_);
  used_ = total;
  const std::span<std::byte> batch = std::span(buffer_).first(used_);
  const std::span<std::byte> body = batch.subspan(kBatchHeaderBytes);
  PutAt(buffer_, 8, kBatchMagic);
  PutAt(buffer_, 12, kBatchVersion);
  PutAt(buffer_, 14, cipher_ != nullptr ? kBatchFlagSealed : uint16_t{0});
  PutAt(buffer_, 16, static_cast<uint32_t>(body.size()));
  PutAt(buffer_, 20, record_count_);
  PutAt(buffer_, 56, uint64_t{0});
  if (cipher_ != nullptr) {
    sealed_under_ = cipher_->Current();
    SealBatch(*sealed_under_, batch);
  }
  body_hash_ = Hash64(body, 0);
}

ByteView BatchBuilder::Place(const BatchSeeds& seeds, const storage::AppendPlace& place) {
  if (positioned_ && place.offset % kSectorBytes != 0) return {};
  const uint64_t seed = seeds.At(place.offset);
  PutAt(buffer_, 24, seeds.segment().id.value);
  PutAt(buffer_, 32, seeds.segment().epoch.value);
  PutAt(buffer_, 40, place.durable_end);
  PutAt(buffer_, 48, body_hash_ ^ seed);
  const ByteView batch = ByteView(buffer_).first(used_);
  if (cipher_ != nullptr) {
    PutAt(buffer_, 56, PlaceMac(sealed_under_->place, seeds.PlaceOf(place.offset), batch));
  }
  PutAt(buffer_, 0, Hash64(batch.subspan(8, kBatchHeaderBytes - 8), seed));
  return batch;
}

void BatchBuilder::Reserve(uint64_t bytes) {
  if (bytes > buffer_.size()) buffer_.resize(std::max<uint64_t>(bytes, 2 * buffer_.size()));
}

}  // namespace borealis::log

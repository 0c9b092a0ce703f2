// PayloadBuffer: bytes that arrive in many small parts and may become very many.
//
// Grows in place where the allocator can (realloc of a large block moves pages, not bytes), so that
// a transaction's payload is in memory once; a vector would hold it twice while it grows, and up to
// twice its size afterwards. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/bytes.h"
#include "base/check.h"

namespace borealis::provider {

class PayloadBuffer {
 public:
  PayloadBuffer() = default;
  PayloadBuffer(const PayloadBuffer&) = delete;
  PayloadBuffer& operator=(const PayloadBuffer&) = delete;
  ~PayloadBuffer() { std::free(data_); }

  void Append(ByteView bytes) {
    if (bytes.empty()) return;
    if (bytes.size() > capacity_ - size_) Grow(size_ + bytes.size());
    std::memcpy(data_ + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
  }
  // Keeps a small block for what comes next.
  void Clear() {
    size_ = 0;
    if (capacity_ <= kKeptBytesMax) return;
    std::free(std::exchange(data_, nullptr));
    capacity_ = 0;
  }
  // Valid until the next change.
  ByteView view() const { return {data_, size_}; }
  size_t size() const { return size_; }

 private:
  static constexpr size_t kKeptBytesMax = 1u << 20;
  static constexpr size_t kFirstBytes = 4096;

  void Grow(size_t needed) {
    size_t capacity = capacity_ == 0 ? kFirstBytes : capacity_;
    while (capacity < needed) capacity += capacity / 2;
    auto* const data = static_cast<std::byte*>(std::realloc(data_, capacity));
    CHECK(data != nullptr, "no memory for a transaction of {} bytes", needed);
    data_ = data;
    capacity_ = capacity;
  }

  std::byte* data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace borealis::provider

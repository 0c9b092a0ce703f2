// Streams over memory, for tests and fuzzers.
#pragma once

#include <algorithm>

#include "snapshot/stream.h"

namespace borealis::snapshot {

class MemorySink : public ByteSink {
 public:
  Status Write(ByteView bytes) override {
    content.insert(content.end(), bytes.begin(), bytes.end());
    return Status::Ok();
  }
  Bytes content;
};

// Gives at most `piece` bytes at a time.
class MemorySource : public ByteSource {
 public:
  explicit MemorySource(ByteView bytes, size_t piece = SIZE_MAX) : rest_(bytes), piece_(piece) {}
  Result<size_t> Read(std::span<std::byte> out) override {
    const size_t length = std::min({out.size(), rest_.size(), piece_});
    std::copy_n(rest_.begin(), length, out.begin());
    rest_ = rest_.subspan(length);
    return length;
  }

 private:
  ByteView rest_;
  const size_t piece_;
};

}  // namespace borealis::snapshot

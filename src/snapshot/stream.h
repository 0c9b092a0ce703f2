// Byte streams: sinks and sources that stack (archive -> zstd -> blob). One thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "base/bytes.h"
#include "base/status.h"
#include "storage/backend.h"

namespace borealis::snapshot {

// XXH3-64 of bytes that arrive in pieces; equals Hash64(all of them, seed).
class StreamHash {
 public:
  explicit StreamHash(uint64_t seed = 0);
  ~StreamHash();
  StreamHash(const StreamHash&) = delete;
  StreamHash& operator=(const StreamHash&) = delete;
  void Update(ByteView bytes);
  uint64_t Digest() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

class ByteSink {
 public:
  virtual ~ByteSink() = default;
  virtual Status Write(ByteView bytes) = 0;
};

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Fills a prefix of `out` and returns its length; 0 = the end. REQUIRES: out is not empty.
  virtual Result<size_t> Read(std::span<std::byte> out) = 0;
  // Exactly out.size() bytes, or kCorruption.
  Status ReadFully(std::span<std::byte> out);
};

// Compresses into `out` as one zstd frame, complete after Finish().
class ZstdSink : public ByteSink {
 public:
  ZstdSink(ByteSink& out, int level);
  ~ZstdSink() override;
  Status Write(ByteView bytes) override;
  Status Finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The reverse. kCorruption for what is no frame, a frame cut short, or one that wants more than
// 128 MiB of window.
class ZstdSource : public ByteSource {
 public:
  explicit ZstdSource(ByteSource& in);
  ~ZstdSource() override;
  Result<size_t> Read(std::span<std::byte> out) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Into a blob under construction, counted and hashed. Does not commit.
class BlobSink : public ByteSink {
 public:
  explicit BlobSink(storage::BlobWriter& blob) : blob_(blob) {}
  Status Write(ByteView bytes) override;
  uint64_t bytes() const { return bytes_; }
  uint64_t hash() const { return hash_.Digest(); }

 private:
  storage::BlobWriter& blob_;
  uint64_t bytes_ = 0;
  StreamHash hash_;
};

// From a blob, start to end, counted and hashed.
class BlobSource : public ByteSource {
 public:
  explicit BlobSource(storage::BlobReader& blob) : blob_(blob) {}
  Result<size_t> Read(std::span<std::byte> out) override;
  uint64_t bytes() const { return offset_; }
  uint64_t hash() const { return hash_.Digest(); }

 private:
  storage::BlobReader& blob_;
  uint64_t offset_ = 0;
  StreamHash hash_;
};

}  // namespace borealis::snapshot

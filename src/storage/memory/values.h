// RegisterTable, HintTable, BlobTable: the small and the large values of a volume in memory.
// Names and sizes are checked by the caller (storage/names.h). Not thread-safe: guarded by the
// mutex of MemoryVolume.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "storage/backend.h"

namespace borealis::storage {

class RegisterTable {
 public:
  RegisterValue Read(std::string_view name) const;
  // kConflict.
  Result<uint64_t> Swap(std::string_view name, uint64_t expected, ByteView value);
  Status Delete(std::string_view name, uint64_t expected);
  std::vector<std::string> List(std::string_view prefix) const;
  uint64_t BytesUsed() const;

 private:
  Status CheckVersion(std::string_view name, uint64_t expected) const;

  uint64_t versions_ = 0;  // of the whole table, so that a register made again repeats none
  std::map<std::string, RegisterValue, std::less<>> registers_;
};

class HintTable {
 public:
  void Put(std::string_view name, ByteView value);
  void Delete(std::string_view name);
  std::vector<Hint> List(std::string_view prefix) const;
  void Clear() { hints_.clear(); }

 private:
  std::map<std::string, Bytes, std::less<>> hints_;
};

struct StoredBlob {
  Bytes content;
  uint64_t size = 0;  // committed; more than content.size() when the medium was damaged
};

class BlobTable {
 public:
  // An unfinished blob; it takes no name until it is committed.
  uint64_t Begin();
  // kNotFound when it was swept away.
  Status Write(uint64_t unfinished, ByteView bytes);
  // kAlreadyExists leaves it unfinished.
  Status Commit(uint64_t unfinished, std::string_view name);
  void Abandon(uint64_t unfinished) { unfinished_.erase(unfinished); }

  // kNotFound. Shared: a reader goes on while the blob is deleted.
  Result<std::shared_ptr<const StoredBlob>> Open(std::string_view name) const;
  void Delete(std::string_view name);
  std::vector<std::string> List(std::string_view prefix) const;
  size_t Sweep();
  uint64_t BytesUsed() const;
  // For damage in tests; nullptr when absent.
  std::shared_ptr<StoredBlob> Peek(std::string_view name);

 private:
  uint64_t next_ = 0;
  std::map<uint64_t, Bytes> unfinished_;
  std::map<std::string, std::shared_ptr<StoredBlob>, std::less<>> blobs_;
};

}  // namespace borealis::storage

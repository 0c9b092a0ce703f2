// BlobStore: large immutable values, one file each, written under a temporary name and renamed into
// place when complete and synced. Thread-safe; a writer or reader serves one thread at a time.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "storage/backend.h"
#include "storage/local/file_ops.h"

namespace borealis::storage::local {

class BlobStore {
 public:
  // `directory` is the volume's blobs/; both outlive it and what it makes.
  BlobStore(int directory, FileOps& ops) : directory_(directory), ops_(ops) {}

  Result<std::unique_ptr<BlobWriter>> Create(std::string_view name);
  Result<std::unique_ptr<BlobReader>> Open(std::string_view name) const;
  Status Delete(std::string_view name);
  Result<std::vector<std::string>> List(std::string_view prefix) const;
  Result<size_t> Sweep();

 private:
  const int directory_;
  FileOps& ops_;
  std::atomic<uint64_t> writers_made_{0};
};

}  // namespace borealis::storage::local

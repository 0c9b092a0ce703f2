// HintStore: small values that may vanish in a crash (heartbeats), one file each, replaced by a
// rename without any sync. A reader sees the old or the new value whole. Thread-safe.
#pragma once

#include <atomic>
#include <string_view>
#include <vector>

#include "storage/backend.h"

namespace borealis::storage::local {

class HintStore {
 public:
  // `directory` is the volume's hints/ and outlives it.
  explicit HintStore(int directory) : directory_(directory) {}

  Status Put(std::string_view name, ByteView value);
  Status Delete(std::string_view name);
  // A value that a power failure left empty or cut is given as it is.
  Result<std::vector<Hint>> List(std::string_view prefix) const;
  // Removes what crashed writers left. REQUIRES: nobody writes.
  Status Sweep();

 private:
  const int directory_;
  std::atomic<uint64_t> files_made_{0};
};

}  // namespace borealis::storage::local

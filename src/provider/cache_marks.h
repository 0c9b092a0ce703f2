// CacheMarks: the provider's hold on what the data directory says of itself
// (snapshot/cache_state.h).
//
// At most one statement runs in isolation at a time, so marks do not nest: unsafe(n) and safe(n)
// alternate. Thread-safe. A mark that can't be written is an error: the statement must not run.
#pragma once

#include <memory>
#include <string>

#include "base/status.h"
#include "base/uuid.h"
#include "model/ids.h"
#include "snapshot/cache_state.h"

namespace borealis::provider {

class CacheMarks {
 public:
  CacheMarks(std::string data_directory, std::string node_name)
      : directory_(std::move(data_directory)), node_name_(std::move(node_name)) {}

  const std::string& directory() const { return directory_; }
  // Takes the directory for this volume. `position`: what the server's engines hold, may be
  // undefined. `used`: it was a cache of this volume before. kInvalidArgument: it belongs to
  // another volume, holds databases that are in no volume, or can't be trusted.
  Status Claim(const Uuid& volume, Seqno position, bool* used);
  // Durable when ok. REQUIRES: claimed.
  Status BeginUnsafe(Seqno seqno);
  void EndUnsafe(Seqno seqno);
  // The data differs from what the log says; the agent throws it away.
  void MarkInconsistent(Seqno seqno, const std::string& reason);

 private:
  Status CheckFresh() const;
  const std::string directory_;
  const std::string node_name_;
  std::unique_ptr<snapshot::CacheStateFile> file_;  // set by Claim, before any other call
};

}  // namespace borealis::provider

// CacheMarks: the provider's hold on what the data directory says of itself
// (snapshot/cache_state.h).
//
// At most one statement runs in isolation at a time, so marks do not nest: unsafe(n) and safe(n)
// alternate. Thread-safe. A mark that can't be written is an error: the statement must not run.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "base/uuid.h"
#include "model/ids.h"
#include "snapshot/cache_state.h"

namespace borealis::provider {

class CacheMarks {
 public:
  CacheMarks(std::string data_directory, std::string node_name);

  // Without a slash at its end.
  const std::string& directory() const { return directory_; }
  // What the directory says of itself; nothing if it is as the installer made it.
  // kInvalidArgument: it belongs to another volume or holds databases that are in no volume.
  Result<std::optional<snapshot::CacheState>> Read(const Uuid& volume) const;
  // Takes the directory for this volume. `position`: what the server's engines hold; undefined only
  // where nothing says anything. `skipped`: the volume's list of records never to apply.
  // kInvalidArgument: as Read, or it can't be trusted.
  Status Claim(const Uuid& volume, Seqno position, const std::vector<Seqno>& skipped);
  // Durable when ok. REQUIRES: claimed.
  Status BeginUnsafe(Seqno seqno);
  void EndUnsafe(Seqno seqno);
  // The data differs from what the log says; the agent throws it away.
  void MarkInconsistent(Seqno seqno, const std::string& reason);
  // Nothing is wrong with it; it is thrown away all the same.
  void MarkDiscarded(const std::string& reason);

 private:
  Status CheckFresh() const;
  Status CheckUsable(const snapshot::CacheState& state, Seqno position,
                     const std::vector<Seqno>& skipped) const;
  const std::string directory_;
  const std::string node_name_;
  std::unique_ptr<snapshot::CacheStateFile> file_;  // set by Claim, before any other call
};

}  // namespace borealis::provider

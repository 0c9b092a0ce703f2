// LogReader: the records of a cluster's log with the verdicts that its nodes come to, from the
// newest certification state that lies about (checkpoints of nodes, snapshots of the volume, the
// log's beginning) on. Adapter; one thread at a time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "certification/certifier.h"
#include "control/watch/record_view.h"
#include "encryption/key_ring.h"
#include "log/follow.h"
#include "snapshot/checkpoint.h"

namespace borealis::control {

// What following a log may take of this machine's memory.
inline constexpr size_t kStateBytesMax = 256 << 20;

class LogReader {
 public:
  // `data_directories`: of the nodes; each may be missing. Errors are one line.
  static Result<std::unique_ptr<LogReader>> Open(const std::string& volume,
                                                 const std::vector<std::string>& data_directories);

  // The next ordered record; nothing: the durable end. kNoSpace: its state grew past
  // kStateBytesMax; kNotFound: the log was trimmed meanwhile, open it anew.
  Result<std::optional<RecordView>> Next();
  // Behind the last record.
  Position position() const { return follower_->position(); }

 private:
  LogReader() = default;
  Status Begin(const std::vector<std::string>& data_directories);
  Status BeginAt(const Result<snapshot::Checkpoint>& checkpoint);

  // Each outlives those below it.
  std::unique_ptr<storage::Backend> volume_;
  std::unique_ptr<encryption::KeyRing> keys_;
  std::unique_ptr<log::LogFollower> follower_;
  std::unique_ptr<certification::Certifier> certifier_;
  RecentClaims claims_;
};

}  // namespace borealis::control

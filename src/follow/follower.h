// Follower: keeps a cluster up with another MySQL or MariaDB server, from its binary log, until
// cut-over. Any node of the cluster may die meanwhile, and so may the follower and the source: it
// goes on, over any node, at the position that the cluster itself holds (applier.h). Adapter.
//
//   mariadb-binlog --read-from-remote-server --stop-never   ->  BinlogText  ->  Applier  ->  a node
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "follow/applier.h"
#include "follow/source_position.h"

namespace borealis::follow {

struct FollowRequest {
  // The program that prints the binary log, with what it needs to reach the source; the position is
  // added. [0] is an absolute path.
  std::vector<std::string> binlog_command;
  ApplierOptions applier;
  std::optional<SourcePosition> start;  // where a source that was not followed yet is read from
  std::optional<SourcePosition> until;  // then it is done; nothing: it goes on
  // A session with some node of the cluster; asked again after each failure.
  std::function<Result<std::unique_ptr<Session>>()> connect;
  std::function<void(const std::string&)> tell;  // a line for a person
  int failures_max = 30;                         // in a row, without progress
};

struct FollowReport {
  SourcePosition position;  // everything up to it is in the cluster
  ApplierFigures figures;
  uint64_t restarts = 0;
};

// Ok: `until` was reached. kAborted: cancelled; what was read is committed or will be read again.
// kNotFound: the source was never followed and there is no start. kInvalidArgument, kUnsupported:
// see Applier::Apply. Anything else: failures_max times no progress, with the last reason.
Result<FollowReport> Follow(const FollowRequest& request, const Clock& clock,
                            const std::atomic<bool>& cancel);

}  // namespace borealis::follow

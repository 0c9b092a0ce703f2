// Applier: puts what comes from a source's binary log into the cluster, exactly once, over one
// session at a time. The position in the source's log is a row of the cluster,
// borealis.followed_sources, that changes in the same transaction as the rows: whatever dies, and
// whether or not a commit's answer arrived, who reads the row knows what is in. Two appliers of one
// source exclude each other by it: the second to change it conflicts.
//
//   transaction of the source:  START TRANSACTION; rows...; UPDATE position; COMMIT
//     several become one while more wait, up to a bound: their order is kept
//   definition (not transactional):  note that it begins; run it; UPDATE position
//     a successor that finds the note runs it again where that is as good as once, and else asks
//
// Pure but for the session. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "follow/binlog_text.h"
#include "follow/source_position.h"

namespace borealis::follow {

// A connection to a server of the cluster.
class Session {
 public:
  using Rows = std::vector<std::vector<std::string>>;
  virtual ~Session() = default;
  // kUnavailable: the connection broke; kInternal: the server refused.
  virtual Result<Rows> Query(const std::string& sql) = 0;
  virtual unsigned error() const = 0;  // the number of the last failure
  virtual std::string Quote(const std::string& text) = 0;
};

// What to do with a definition that was under way when its session died, and that can't be
// repeated.
enum class Doubt { kAsk, kDone, kAgain };

struct ApplierOptions {
  std::string name;  // of the source, in borealis.followed_sources
  Doubt doubt = Doubt::kAsk;
  size_t group_transactions_max = 64;
  size_t group_bytes_max = 4 << 20;
};

struct ApplierFigures {
  uint64_t transactions = 0;  // of the source
  uint64_t commits = 0;       // in the cluster
  uint64_t definitions = 0;
};

class Applier {
 public:
  Applier(Session& session, const ApplierOptions& options) : session_(session), options_(options) {}

  // Prepares the session and makes the table if it is missing; returns how far the source is in.
  // Nothing: it never was followed.
  Result<std::optional<SourcePosition>> Load();
  // Notes where the first transaction is read. kAlreadyExists: it is followed already.
  Status Begin(const SourcePosition& position);

  // Applies one statement. `more`: another is at hand, so a commit may wait for it. After any
  // failure the session is of no use, and reading begins anew at what Load() says.
  // kConflict: another changed the same rows, or follows the same source. kUnsupported: the source
  // logs statements, or something else that can't be followed. kInvalidArgument: Doubt::kAsk.
  Status Apply(const BinlogItem& item, bool more);
  // Commits what waits.
  Status Flush();

  // Everything up to here is in the cluster, durably.
  const SourcePosition& position() const { return position_; }
  bool busy() const { return in_source_; }  // inside a transaction of the source
  const ApplierFigures& figures() const { return figures_; }

 private:
  Status Run(const std::string& sql) { return session_.Query(sql).status(); }
  Status BeginTransaction();
  Status CommitTransaction(const BinlogItem& item, bool more);
  Status RollBack(const BinlogItem& item);
  Status Change(const BinlogItem& item);
  Status RunChange(const BinlogItem& item);
  // Moves the row on, which must be where we left it. `changing`: a definition that ends there
  // begins; nullptr: none is under way.
  Status Move(const SourcePosition& to, const SourcePosition* changing);
  std::string Where() const;

  Session& session_;
  const ApplierOptions options_;
  SourcePosition position_;
  std::optional<SourcePosition> doubtful_;  // a definition that ends there had begun
  SourcePosition last_end_;                 // of the group
  size_t group_transactions_ = 0;
  size_t group_bytes_ = 0;
  bool open_ = false;       // a transaction of ours
  bool in_source_ = false;  // inside a transaction of the source
  bool rows_seen_ = false;  // in it
  ApplierFigures figures_;
};

}  // namespace borealis::follow

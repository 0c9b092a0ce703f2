#include "follow/applier.h"

#include <fmt/core.h>

#include "follow/mysql_dialect.h"
#include "follow/statement_kind.h"

namespace borealis::follow {
namespace {

constexpr size_t kShownBytes = 120;

constexpr const char* kSettings[] = {
    "SET NAMES utf8mb4",
    "SET SESSION autocommit=1, max_statement_time=0, idle_transaction_timeout=0, "
    "lock_wait_timeout=86400, wsrep_sync_wait=1",
};

constexpr char kTable[] =
    "CREATE TABLE IF NOT EXISTS borealis.followed_sources ("
    "name VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY, "
    "log_file VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, "
    "log_offset BIGINT UNSIGNED NOT NULL, "
    "changing_file VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NULL, "
    "changing_offset BIGINT UNSIGNED NULL, "
    "updated_at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6)"
    ") ENGINE=InnoDB COMMENT='how far other servers are followed'";

Result<SourcePosition> PositionOf(const std::string& file, const std::string& offset) {
  return ParseSourcePosition(file + ":" + offset);
}

std::string Short(const std::string& statement) {
  std::string text = statement.substr(0, kShownBytes);
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  return statement.size() > kShownBytes ? text + "..." : text;
}

}  // namespace

Result<std::optional<SourcePosition>> Applier::Load() {
  for (const char* setting : kSettings) RETURN_IF_ERROR(Run(setting));
  ASSIGN_OR_RETURN(const auto tables,
                   session_.Query("SELECT 1 FROM information_schema.tables WHERE table_schema = "
                                  "'borealis' AND table_name = 'followed_sources'"));
  if (tables.empty()) RETURN_IF_ERROR(Run(kTable));
  ASSIGN_OR_RETURN(
      const auto rows,
      session_.Query(
          "SELECT log_file, log_offset, IFNULL(changing_file, ''), IFNULL(changing_offset, 0) "
          "FROM borealis.followed_sources" +
          Where()));
  RETURN_IF_ERROR(Run("SET SESSION wsrep_sync_wait=0"));
  if (rows.empty() || rows[0].size() != 4) return std::optional<SourcePosition>();
  ASSIGN_OR_RETURN(position_, PositionOf(rows[0][0], rows[0][1]));
  if (!rows[0][2].empty()) {
    ASSIGN_OR_RETURN(doubtful_, PositionOf(rows[0][2], rows[0][3]));
  }
  return std::optional(position_);
}

Status Applier::Begin(const SourcePosition& position) {
  const Status inserted = Run(fmt::format(
      "INSERT INTO borealis.followed_sources (name, log_file, log_offset) VALUES ({}, {}, {})",
      session_.Quote(options_.name), session_.Quote(position.file), position.offset));
  constexpr unsigned kDuplicateKey = 1062;
  if (!inserted.ok() && session_.error() == kDuplicateKey) {
    return {Code::kAlreadyExists,
            fmt::format("'{}' is followed already; go on without a position", options_.name)};
  }
  RETURN_IF_ERROR(inserted);
  position_ = position;
  return Status::Ok();
}

Status Applier::Apply(const BinlogItem& item, bool more) {
  switch (KindOf(item.statement)) {
    case StatementKind::kSkip:
      return Status::Ok();
    case StatementKind::kSetting:
      return Run(TranslateSetting(item.statement));
    case StatementKind::kSavepoint:
      return Run(item.statement);
    case StatementKind::kRows:
      rows_seen_ = in_source_;
      group_bytes_ += item.statement.size();
      return Run(item.statement);
    case StatementKind::kBegin:
      return BeginTransaction();
    case StatementKind::kCommit:
      return CommitTransaction(item, more);
    case StatementKind::kRollback:
      return in_source_ ? RollBack(item) : Status::Ok();
    case StatementKind::kChange:
      return Change(item);
    case StatementKind::kText:
      return {Code::kUnsupported,
              fmt::format("the source logs statements and not rows: set its binlog_format to ROW, "
                          "wait until all its sessions are new, and dump again ({})",
                          Short(item.statement))};
  }
  return {Code::kInternal, "a kind of statement that is not known"};
}

Status Applier::BeginTransaction() {
  in_source_ = true;
  rows_seen_ = false;
  if (open_) return Status::Ok();
  open_ = true;
  group_transactions_ = 0;
  group_bytes_ = 0;
  return Run("START TRANSACTION");
}

Status Applier::CommitTransaction(const BinlogItem& item, bool more) {
  if (!in_source_) return Status::Ok();
  in_source_ = false;
  last_end_ = item.end;
  ++group_transactions_;
  ++figures_.transactions;
  const bool full = group_transactions_ >= options_.group_transactions_max ||
                    group_bytes_ >= options_.group_bytes_max;
  return more && !full ? Status::Ok() : Flush();
}

Status Applier::Flush() {
  if (!open_ || in_source_) return Status::Ok();
  RETURN_IF_ERROR(Move(last_end_, nullptr));
  RETURN_IF_ERROR(Run("COMMIT"));
  open_ = false;
  position_ = last_end_;
  doubtful_.reset();
  ++figures_.commits;
  return Status::Ok();
}

// The source logged what it did not keep. What is grouped with it must not go with it.
Status Applier::RollBack(const BinlogItem& item) {
  if (group_transactions_ > 0) {
    return {Code::kConflict, "the source rolled a transaction back: read again, one by one"};
  }
  RETURN_IF_ERROR(Run("ROLLBACK"));
  RETURN_IF_ERROR(Move(item.end, nullptr));
  open_ = in_source_ = false;
  position_ = item.end;
  return Status::Ok();
}

Status Applier::Change(const BinlogItem& item) {
  const bool inside = in_source_;  // CREATE TABLE ... SELECT: the definition, then its rows
  if (inside && (group_transactions_ > 0 || rows_seen_)) {
    return {rows_seen_ ? Code::kUnsupported : Code::kConflict,
            fmt::format("a definition inside of a transaction before {}: {}", item.end.ToString(),
                        Short(item.statement))};
  }
  if (inside) {
    RETURN_IF_ERROR(Run("ROLLBACK"));  // nothing is in it
    open_ = false;
  } else {
    RETURN_IF_ERROR(Flush());
  }
  RETURN_IF_ERROR(RunChange(item));
  if (!inside) {
    RETURN_IF_ERROR(Move(item.end, nullptr));
    position_ = item.end;
    doubtful_.reset();
    return Status::Ok();
  }
  // Its end is the transaction's: until then it is noted as begun.
  in_source_ = false;
  return BeginTransaction();
}

Status Applier::RunChange(const BinlogItem& item) {
  const bool again = doubtful_ == item.end;
  if (again && !MayBeRepeated(item.statement)) {
    if (options_.doubt == Doubt::kDone) return Status::Ok();
    if (options_.doubt == Doubt::kAsk) {
      return {Code::kInvalidArgument,
              fmt::format("the connection broke during \"{}\": look whether the table is changed, "
                          "then go on with --in-doubt=done or --in-doubt=again",
                          Short(item.statement))};
    }
  }
  if (!again) {
    RETURN_IF_ERROR(Move(position_, &item.end));
    doubtful_ = item.end;
  }
  ++figures_.definitions;
  Status changed = Run(TranslateDefinition(item.statement));
  if (!changed.ok() && again && SaysDoneBefore(session_.error())) return Status::Ok();
  return changed;
}

std::string Applier::Where() const { return " WHERE name = " + session_.Quote(options_.name); }

Status Applier::Move(const SourcePosition& to, const SourcePosition* changing) {
  const std::string file = changing == nullptr ? "NULL" : session_.Quote(changing->file);
  const std::string offset = changing == nullptr ? "NULL" : std::to_string(changing->offset);
  // updated_at makes it a change even where nothing else does.
  RETURN_IF_ERROR(Run(fmt::format(
      "UPDATE borealis.followed_sources SET log_file = {}, log_offset = {}, changing_file = {}, "
      "changing_offset = {}, updated_at = SYSDATE(6){} AND log_file = {} AND log_offset = {}",
      session_.Quote(to.file), to.offset, file, offset, Where(), session_.Quote(position_.file),
      position_.offset)));
  ASSIGN_OR_RETURN(const auto changed, session_.Query("SELECT ROW_COUNT()"));
  if (changed.size() == 1 && changed[0].size() == 1 && changed[0][0] == "1") return Status::Ok();
  return {Code::kConflict, fmt::format("another follows '{}', too", options_.name)};
}

}  // namespace borealis::follow

#include "control/store/store.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sqlite3.h>

#include <array>

#include "base/unique_fd.h"

namespace borealis::control {
namespace {

constexpr int kBusyTimeoutMs = 5'000;

// Each brings the file from its index to the next version; never changed once released.
constexpr std::array kMigrations = {
    "CREATE TABLE object (kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL,"
    " PRIMARY KEY (kind, key)) WITHOUT ROWID;"
    "CREATE TABLE access_key (id TEXT PRIMARY KEY, secret TEXT NOT NULL, name TEXT NOT NULL,"
    " read_only INTEGER NOT NULL, created_us INTEGER NOT NULL) WITHOUT ROWID;",
    "CREATE TABLE session (token_hash TEXT PRIMARY KEY, key_id TEXT NOT NULL,"
    " read_only INTEGER NOT NULL, created_us INTEGER NOT NULL) WITHOUT ROWID;",
};

}  // namespace

// A prepared statement; bind, then step through its rows.
class Store::Statement {
 public:
  Statement(sqlite3* db, const char* sql) {
    if (sqlite3_prepare_v2(db, sql, -1, &statement_, nullptr) != SQLITE_OK) statement_ = nullptr;
  }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& Bind(int at, const std::string& text) {
    sqlite3_bind_text(statement_, at, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
    return *this;
  }
  Statement& Bind(int at, int64_t number) {
    sqlite3_bind_int64(statement_, at, number);
    return *this;
  }
  // SQLITE_ROW, SQLITE_DONE or an error.
  int Step() { return statement_ == nullptr ? SQLITE_ERROR : sqlite3_step(statement_); }
  void Reset() { sqlite3_reset(statement_); }
  std::string Text(int column) {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return text == nullptr
               ? std::string()
               : std::string(text, static_cast<size_t>(sqlite3_column_bytes(statement_, column)));
  }
  int64_t Number(int column) { return sqlite3_column_int64(statement_, column); }

 private:
  sqlite3_stmt* statement_ = nullptr;
};

Result<std::unique_ptr<Store>> Store::Open(const std::string& path) {
  // Made by us first: SQLite would make it readable for others.
  const UniqueFd made(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!made.valid()) return Status(Code::kIo, fmt::format("cannot open {}", path));
  sqlite3* db = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  std::unique_ptr<Store> store(new Store(db));
  if (code != SQLITE_OK) return store->Error("open").WithContext(path);
  sqlite3_busy_timeout(db, kBusyTimeoutMs);
  // secure_delete: a password that is no longer needed is overwritten, not only unlinked.
  RETURN_IF_ERROR(
      store->Run("PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;")
          .WithContext(path));
  RETURN_IF_ERROR(store->Migrate().WithContext(path));
  return store;
}

Store::~Store() { sqlite3_close(db_); }

Status Store::Error(const char* what) const {
  const int code = sqlite3_errcode(db_);
  const Code kind = code == SQLITE_CORRUPT || code == SQLITE_NOTADB ? Code::kCorruption
                    : code == SQLITE_FULL                           ? Code::kNoSpace
                                                                    : Code::kIo;
  return {kind, fmt::format("{} the state: {}", what, sqlite3_errmsg(db_))};
}

Status Store::Run(const char* sql) {
  if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) == SQLITE_OK) return Status::Ok();
  Status error = Error("change");
  if (sqlite3_get_autocommit(db_) == 0) sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr);
  return error;
}

Status Store::Migrate() {
  RETURN_IF_ERROR(Run("BEGIN IMMEDIATE"));
  int64_t version = 0;
  {
    Statement get(db_, "PRAGMA user_version");
    if (get.Step() != SQLITE_ROW) {
      Status error = Error("read");
      (void)Run("ROLLBACK");
      return error;
    }
    version = get.Number(0);
  }
  if (version > static_cast<int64_t>(kMigrations.size())) {
    (void)Run("ROLLBACK");
    return {Code::kUnsupported,
            fmt::format("a newer release wrote it (version {}, this one knows {})", version,
                        kMigrations.size())};
  }
  for (size_t i = static_cast<size_t>(version); i < kMigrations.size(); ++i) {
    RETURN_IF_ERROR(Run(kMigrations.at(i)));
  }
  RETURN_IF_ERROR(Run(fmt::format("PRAGMA user_version = {}", kMigrations.size()).c_str()));
  return Run("COMMIT");
}

Result<Region> Store::Load() {
  Rows rows;
  Statement get(db_, "SELECT kind, key, body FROM object");
  int code = get.Step();
  for (; code == SQLITE_ROW; code = get.Step()) rows[{get.Text(0), get.Text(1)}] = get.Text(2);
  if (code != SQLITE_DONE) return Error("read");
  ASSIGN_OR_RETURN(Region region, DecodeRegion(rows));
  saved_ = std::move(rows);
  return region;
}

Status Store::WriteRows(const Rows& rows) {
  Statement put(db_, "REPLACE INTO object (kind, key, body) VALUES (?, ?, ?)");
  for (const auto& [key, body] : rows) {
    const auto old = saved_.find(key);
    if (old != saved_.end() && old->second == body) continue;
    if (put.Bind(1, key.first).Bind(2, key.second).Bind(3, body).Step() != SQLITE_DONE) {
      return Error("write");
    }
    put.Reset();
  }
  Statement remove(db_, "DELETE FROM object WHERE kind = ? AND key = ?");
  for (const auto& [key, body] : saved_) {
    if (rows.contains(key)) continue;
    if (remove.Bind(1, key.first).Bind(2, key.second).Step() != SQLITE_DONE) return Error("write");
    remove.Reset();
  }
  return Status::Ok();
}

Status Store::Save(const Region& region) {
  Rows rows = EncodeRegion(region);
  if (rows == saved_) return Status::Ok();
  RETURN_IF_ERROR(Run("BEGIN IMMEDIATE"));
  if (Status status = WriteRows(rows); !status.ok()) {
    (void)Run("ROLLBACK");
    return status;
  }
  RETURN_IF_ERROR(Run("COMMIT"));
  saved_ = std::move(rows);
  return Status::Ok();
}

Result<std::vector<AccessKey>> Store::ListKeys() {
  std::vector<AccessKey> keys;
  Statement get(
      db_,
      "SELECT id, secret, name, read_only, created_us FROM access_key ORDER BY created_us, id");
  int code = get.Step();
  for (; code == SQLITE_ROW; code = get.Step()) {
    keys.push_back({get.Text(0), get.Text(1), get.Text(2), get.Number(3) != 0, get.Number(4)});
  }
  if (code != SQLITE_DONE) return Error("read");
  return keys;
}

std::optional<AccessKey> Store::FindKey(const std::string& id) {
  Statement get(db_, "SELECT id, secret, name, read_only, created_us FROM access_key WHERE id = ?");
  if (get.Bind(1, id).Step() != SQLITE_ROW) return std::nullopt;
  return AccessKey{get.Text(0), get.Text(1), get.Text(2), get.Number(3) != 0, get.Number(4)};
}

Status Store::AddKey(const AccessKey& key) {
  Statement put(
      db_,
      "INSERT INTO access_key (id, secret, name, read_only, created_us) VALUES (?, ?, ?, ?, ?)");
  put.Bind(1, key.id)
      .Bind(2, key.secret)
      .Bind(3, key.name)
      .Bind(4, int64_t{key.read_only})
      .Bind(5, key.created_us);
  return put.Step() == SQLITE_DONE ? Status::Ok() : Error("write");
}

Status Store::RemoveKey(const std::string& id) {
  Statement remove(db_, "DELETE FROM access_key WHERE id = ?");
  if (remove.Bind(1, id).Step() != SQLITE_DONE) return Error("write");
  if (sqlite3_changes(db_) > 0) return Status::Ok();
  return {Code::kNotFound, fmt::format("there is no access key {}", id)};
}

Status Store::AddSession(const Session& session) {
  Statement put(
      db_, "INSERT INTO session (token_hash, key_id, read_only, created_us) VALUES (?, ?, ?, ?)");
  put.Bind(1, session.token_hash)
      .Bind(2, session.key_id)
      .Bind(3, int64_t{session.read_only})
      .Bind(4, session.created_us);
  return put.Step() == SQLITE_DONE ? Status::Ok() : Error("write");
}

std::optional<Session> Store::FindSession(const std::string& token_hash) {
  Statement get(
      db_, "SELECT token_hash, key_id, read_only, created_us FROM session WHERE token_hash = ?");
  if (get.Bind(1, token_hash).Step() != SQLITE_ROW) return std::nullopt;
  return Session{get.Text(0), get.Text(1), get.Number(2) != 0, get.Number(3)};
}

Status Store::RemoveSession(const std::string& token_hash) {
  Statement remove(db_, "DELETE FROM session WHERE token_hash = ?");
  return remove.Bind(1, token_hash).Step() == SQLITE_DONE ? Status::Ok() : Error("write");
}

Status Store::RemoveSessionsUntil(int64_t created_us) {
  Statement remove(db_, "DELETE FROM session WHERE created_us <= ?");
  return remove.Bind(1, created_us).Step() == SQLITE_DONE ? Status::Ok() : Error("write");
}

}  // namespace borealis::control

// Store: what the control plane knows, in one SQLite file of mode 0600. A change is durable before
// it is answered or acted upon. Adapter over SQLite.
//
//   object(kind, key, body)        the region's objects as JSON (region_codec.h)
//   access_key(id, secret, name, read_only, created_us)
//   session(token_hash, key_id, read_only, created_us)
//   PRAGMA user_version            how many of the migrations in store.cc have run
//
// One daemon writes objects (it holds DIR/lock); access keys may be changed by commands meanwhile.
// Not thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "control/api/authenticate.h"
#include "control/model/region.h"
#include "control/store/region_codec.h"

struct sqlite3;

namespace borealis::control {

// Somebody who has signed in to the console. The token itself is with the browser only.
struct Session {
  std::string token_hash;
  std::string key_id;  // of the access key that opened it; empty: the one-time password
  bool read_only = false;
  int64_t created_us = 0;
};

class Store {
 public:
  // Makes the file when it is missing, and brings an older one up to date. kUnsupported: a newer
  // program wrote it. kCorruption, kIo.
  static Result<std::unique_ptr<Store>> Open(const std::string& path);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  Result<Region> Load();
  // Writes what differs from what was loaded or saved last, in one transaction, synced.
  Status Save(const Region& region);

  Result<std::vector<AccessKey>> ListKeys();
  std::optional<AccessKey> FindKey(const std::string& id);
  Status AddKey(const AccessKey& key);
  // kNotFound.
  Status RemoveKey(const std::string& id);

  Status AddSession(const Session& session);
  std::optional<Session> FindSession(const std::string& token_hash);
  Status RemoveSession(const std::string& token_hash);
  // Those made then or earlier.
  Status RemoveSessionsUntil(int64_t created_us);

 private:
  class Statement;
  explicit Store(sqlite3* db) : db_(db) {}
  Status Migrate();
  Status Run(const char* sql);
  Status Error(const char* what) const;
  Status WriteRows(const Rows& rows);

  sqlite3* db_;
  Rows saved_;
};

}  // namespace borealis::control

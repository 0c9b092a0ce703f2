#include "node/user_accounts.h"

#include <fmt/core.h>

namespace borealis::node {
namespace {

constexpr unsigned kNoSuchAccount = 1396;

// What a master user may do. Left out on purpose: SUPER, FILE, SHUTDOWN and the administrative
// privileges split from SUPER: each of them could change one node alone or leave SQL. CONNECTION
// ADMIN would allow proxy_protocol_networks, with which a client says where it comes from; killing
// others is done by admin_schema.h.
constexpr char kMasterPrivileges[] =
    "SELECT, INSERT, UPDATE, DELETE, DELETE HISTORY, CREATE, DROP, RELOAD, PROCESS, REFERENCES, "
    "INDEX, "
    "ALTER, SHOW DATABASES, CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE, CREATE VIEW, SHOW VIEW, "
    "CREATE ROUTINE, ALTER ROUTINE, CREATE USER, EVENT, TRIGGER, BINLOG MONITOR, REPLICATION "
    "SLAVE";

std::string Identified(ServerClient& server, const std::string& hash) {
  return " IDENTIFIED VIA mysql_native_password USING " + server.Quote(hash);
}

}  // namespace

Status MakeMasterUser(ServerClient& server, const std::string& user, const std::string& hash) {
  const std::string account = server.Quote(user) + "@'%'";
  const std::string secret = Identified(server, hash);
  RETURN_IF_ERROR(server.Query("CREATE USER IF NOT EXISTS " + account + secret).status());
  RETURN_IF_ERROR(server.Query("ALTER USER " + account + secret).status());
  // One that an older release made may have had more.
  RETURN_IF_ERROR(server.Query("REVOKE CONNECTION ADMIN ON *.* FROM " + account).status());
  return server
      .Query(fmt::format("GRANT {} ON *.* TO {} WITH GRANT OPTION", kMasterPrivileges, account))
      .status();
}

Status SetPassword(ServerClient& server, const std::string& user, const std::string& host,
                   const std::string& hash) {
  const std::string account = server.Quote(user) + "@" + server.Quote(host);
  Status status = server.Query("ALTER USER " + account + Identified(server, hash)).status();
  if (status.ok() || server.error() != kNoSuchAccount) return status;
  return {Code::kNotFound, fmt::format("there is no account {}", account)};
}

Result<int> EndSessions(ServerClient& server, const std::string& user) {
  ASSIGN_OR_RETURN(const auto rows,
                   server.Query("SELECT ID FROM information_schema.PROCESSLIST WHERE USER = " +
                                server.Quote(user)));
  int ended = 0;
  for (const ServerClient::Row& row : rows) {
    // One that ended meanwhile is fine, and so is one that must not be killed now: it ends by
    // itself.
    if (server.Query("KILL CONNECTION " + row[0]).ok()) ++ended;
  }
  return ended;
}

}  // namespace borealis::node

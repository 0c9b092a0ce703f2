#include "node/admin_schema.h"

#include <fmt/core.h>

#include <string_view>

#include "node/bootstrap_line.h"

namespace borealis::node {
namespace {

// PROCESS, CONNECTION ADMIN and READ_ONLY ADMIN, as the server's bits.
constexpr std::string_view kAccount = R"(
INSERT INTO mysql.global_priv (Host, User, Priv) VALUES
  ('localhost', 'borealis.admin', CONCAT('{"access":', (1 << 8) + (1 << 32) + (1 << 33),
   ',"version_id":101100,"plugin":"mysql_native_password","authentication_string":"",'
   '"account_locked":true,"password_last_changed":0}')))";

constexpr std::string_view kRights[] = {
    R"(
INSERT INTO mysql.tables_priv (Host, Db, User, Table_name, Grantor, Table_priv) VALUES
  ('localhost', 'mysql', 'borealis.admin', 'global_priv', 'root@localhost', 'Select'))",
    R"(
INSERT INTO mysql.db (Host, Db, User, Execute_priv) VALUES
  ('localhost', 'borealis_admin', 'borealis.admin', 'Y'))",
};

// SUPER is bit 15. `no_kill` is the plugin's, which knows what connections
// change definitions; it is not there yet when this is made.
constexpr std::string_view kCheck = R"(
CREATE DEFINER = 'borealis.admin'@localhost PROCEDURE borealis_admin.check_kill(
    IN given BIGINT UNSIGNED) READS SQL DATA
BEGIN
  DECLARE owner VARCHAR(512);
  SELECT USER INTO owner FROM information_schema.PROCESSLIST WHERE ID = given;
  IF owner IS NULL THEN
    SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = 1094, MESSAGE_TEXT =
      'Borealis: there is no such connection on this server';
  END IF;
  IF owner IN ('system user', 'event_scheduler') OR EXISTS (
      SELECT 1 FROM mysql.global_priv WHERE User = owner AND
        (CAST(JSON_VALUE(Priv, '$.access') AS UNSIGNED) & 32768) <> 0) THEN
    SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = 1095, MESSAGE_TEXT =
      'Borealis: that connection is a superuser''s or the server''s own';
  END IF;
  EXECUTE IMMEDIATE CONCAT('SET SESSION no_kill = ', given);
END)";

// `what`: CONNECTION or QUERY.
std::string KillProcedure(std::string_view name, std::string_view what) {
  return fmt::format(R"(
CREATE DEFINER = 'borealis.admin'@localhost PROCEDURE borealis_admin.{}(
    IN id BIGINT UNSIGNED) READS SQL DATA
BEGIN
  CALL borealis_admin.check_kill(id);
  KILL {} id;
END)",
                     name, what);
}

constexpr std::string_view kReadOnly = R"(
CREATE DEFINER = 'borealis.admin'@localhost PROCEDURE borealis_admin.set_read_only(IN is_on BOOLEAN)
  NO SQL
  SET GLOBAL read_only = IF(is_on, 1, 0))";

}  // namespace

std::string AdminSchema() {
  std::string schema =
      "CREATE DATABASE borealis_admin CHARACTER SET utf8mb4;\n" + BootstrapLine(kAccount);
  for (const std::string_view statement : kRights) schema += BootstrapLine(statement);
  schema += BootstrapLine(kCheck);
  schema += BootstrapLine(KillProcedure("kill_connection", "CONNECTION"));
  schema += BootstrapLine(KillProcedure("kill_query", "QUERY"));
  return schema + BootstrapLine(kReadOnly);
}

}  // namespace borealis::node

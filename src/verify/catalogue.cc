#include "verify/catalogue.h"

#include <fmt/core.h>

#include <map>

namespace borealis::verify {
namespace {

using Row = node::ServerClient::Row;

#define USER_SCHEMA(column) \
  column " NOT IN ('mysql','information_schema','performance_schema','sys')"

constexpr unsigned kTableDefinitionChanged = 1412;
constexpr unsigned kNoSuchTable = 1146;
constexpr unsigned kLockWaitTimeout = 1205;

constexpr char kTables[] =
    "SELECT table_schema, table_name, COALESCE(engine, ''), table_type"
    " FROM information_schema.tables WHERE " USER_SCHEMA("table_schema") " AND table_type NOT IN "
    "('VIEW', 'SYSTEM VIEW', 'TEMPORARY') ORDER BY 1, 2";
constexpr char kColumns[] =
    "SELECT table_schema, table_name, column_name, data_type FROM information_schema.columns"
    " WHERE " USER_SCHEMA("table_schema") " AND extra NOT LIKE '%VIRTUAL GENERATED%'"
    " ORDER BY 1, 2, ordinal_position";

struct Kind {
  const char* name;
  const char* sql;  // the name of the thing, then all that must be equal
};
// Left out: times of day (created, last changed, last run) and what names the node (originator).
constexpr Kind kKinds[] = {
    {"database",
     "SELECT schema_name, default_character_set_name, default_collation_name, schema_comment"
     " FROM information_schema.schemata WHERE " USER_SCHEMA("schema_name")},
    {"view",
     "SELECT CONCAT(table_schema, '.', table_name), view_definition, check_option, definer,"
     " security_type, algorithm FROM information_schema.views"
     " WHERE " USER_SCHEMA("table_schema")},
    {"routine",
     "SELECT CONCAT(LOWER(type), ' ', db, '.', name), param_list, returns, body, definer, sql_mode,"
     " security_type, is_deterministic, sql_data_access, comment FROM mysql.proc"
     " WHERE " USER_SCHEMA("db")},
    {"trigger",
     "SELECT CONCAT(trigger_schema, '.', trigger_name), event_object_table, event_manipulation,"
     " action_timing, action_order, action_statement, definer, sql_mode"
     " FROM information_schema.triggers WHERE " USER_SCHEMA("trigger_schema")},
    {"event",
     "SELECT CONCAT(db, '.', name), body, definer, execute_at, interval_value, interval_field,"
     " starts, ends, on_completion, sql_mode, comment, time_zone FROM mysql.event"},
    {"account",
     "SELECT CONCAT(user, '@', host), JSON_REMOVE(priv, '$.password_last_changed')"
     " FROM mysql.global_priv"},
    {"database grant",
     "SELECT CONCAT_WS('/', user, host, db), select_priv, insert_priv, update_priv, delete_priv,"
     " create_priv, drop_priv, grant_priv, references_priv, index_priv, alter_priv,"
     " create_tmp_table_priv, lock_tables_priv, create_view_priv, show_view_priv,"
     " create_routine_priv, alter_routine_priv, execute_priv, event_priv, trigger_priv,"
     " delete_history_priv FROM mysql.db"},
    {"table grant",
     "SELECT CONCAT_WS('/', user, host, db, table_name), table_priv, column_priv"
     " FROM mysql.tables_priv"},
    {"column grant",
     "SELECT CONCAT_WS('/', user, host, db, table_name, column_name), column_priv"
     " FROM mysql.columns_priv"},
    {"routine grant",
     "SELECT CONCAT_WS('/', user, host, db, routine_type, routine_name), proc_priv"
     " FROM mysql.procs_priv"},
    {"role", "SELECT CONCAT_WS('/', user, host, role), admin_option FROM mysql.roles_mapping"},
    {"proxy",
     "SELECT CONCAT_WS('/', user, host, proxied_user, proxied_host), with_grant"
     " FROM mysql.proxies_priv"},
};
constexpr char kTableKind[] = "table ";

std::string Text(const Row& row) {
  std::string text;
  for (size_t i = 1; i < row.size(); ++i) text += fmt::format("{}:{};", row[i].size(), row[i]);
  return text;
}

bool Wanted(const std::string& kind, const std::set<std::string>& only) {
  if (only.empty()) return true;
  const auto first = only.lower_bound(kind + " ");
  return first != only.end() && first->starts_with(kind + " ");
}

Status ReadDefinitions(node::ServerClient& server, const std::set<std::string>& only,
                       Objects& objects) {
  ASSIGN_OR_RETURN(const std::vector<Row> tables, server.Query(kTables));
  for (const Row& row : tables) {
    const std::string quoted = QuoteName(row[0]) + "." + QuoteName(row[1]);
    const std::string name = kTableKind + quoted;
    if (!only.empty() && !only.contains(name)) continue;
    const auto definition = server.Query("SHOW CREATE TABLE " + quoted);
    if (!definition.ok() && server.error() != kNoSuchTable) return definition.status();
    if (!definition.ok() || definition->empty() || (*definition)[0].size() < 2) continue;
    objects[name] = WithoutCounter((*definition)[0][1]);
  }
  return Status::Ok();
}

}  // namespace

Result<std::vector<Table>> ListTables(node::ServerClient& server) {
  ASSIGN_OR_RETURN(const std::vector<Row> tables, server.Query(kTables));
  ASSIGN_OR_RETURN(const std::vector<Row> columns, server.Query(kColumns));
  std::map<std::pair<std::string, std::string>, std::vector<Column>> by_table;
  for (const Row& row : columns) by_table[{row[0], row[1]}].push_back({row[2], row[3]});
  std::vector<Table> list;
  list.reserve(tables.size());
  for (const Row& row : tables) {
    list.push_back({row[0], row[1], row[2], row[3], by_table[{row[0], row[1]}]});
  }
  return list;
}

Result<Objects> ReadObjects(node::ServerClient& server, const std::set<std::string>& only) {
  Objects objects;
  if (Wanted("table", only)) RETURN_IF_ERROR(ReadDefinitions(server, only, objects));
  for (const Kind& kind : kKinds) {
    if (!Wanted(kind.name, only)) continue;
    ASSIGN_OR_RETURN(const std::vector<Row> rows, server.Query(kind.sql));
    for (const Row& row : rows) objects[fmt::format("{} {}", kind.name, row[0])] = Text(row);
  }
  return objects;
}

Result<TableSum> SumTable(node::ServerClient& server, const Table& table) {
  TableSum sum;
  sum.query = SumQuery(table.schema, table.name, table.columns, table.IsVersioned());
  const auto rows = server.Query(sum.query);
  if (rows.ok() && rows->size() == 1 && (*rows)[0].size() == 2) {
    sum.rows = (*rows)[0][0];
    sum.sum = (*rows)[0][1];
    return sum;
  }
  if (rows.ok()) return Status(Code::kInternal, "no sum of " + table.QuotedName());
  sum.unreadable = rows.status().message();
  const unsigned error = server.error();
  // The snapshot outlives these.
  if (error == kTableDefinitionChanged || error == kNoSuchTable || error == kLockWaitTimeout) {
    return sum;
  }
  return rows.status();
}

#undef USER_SCHEMA

}  // namespace borealis::verify

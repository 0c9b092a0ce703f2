#include "plugin/table_guard.h"

#include <optional>
#include <string_view>

#include "plugin/operator_rules.h"
#include "plugin/plugin_state.h"
#include "plugin/refuse.h"
#include "plugin/session_facts.h"
#include "plugin/session_rules.h"
#include "plugin/text_rules.h"

namespace borealis::plugin {
namespace {

bool IsVirtualDatabase(std::string_view name) {
  return name == "information_schema" || name == "performance_schema";
}

// What the server writes by itself in a session: logs, and the end of a streaming transaction,
// whose fragments go when it commits.
bool IsServersOwn(abi::Thd* thd, std::string_view database, std::string_view table) {
  if (database != "mysql") return false;
  if (table == "wsrep_streaming_log") return held.server->IsKeepingAccount(thd);
  return table == "general_log" || table == "slow_log" || table == "transaction_registry";
}

std::optional<Refusal> CheckSystemTable(abi::Thd* thd, const abi::TableEvent& event,
                                        std::string_view sql) {
  const std::string_view database(event.database.text, event.database.length);
  const std::string_view table(event.table.text, event.table.length);
  if (event.read_only != 0 || sql.empty()) return std::nullopt;
  if (IsServersOwn(thd, database, table)) return std::nullopt;
  // It looks for a library's function of that name before it gets its place in the order.
  if (table == "func" && DropsFunction(sql)) return std::nullopt;
  // The routines of the cluster's own schemas run as accounts that nobody else can be.
  const std::string_view user = event.priv_user == nullptr ? "" : event.priv_user;
  if (user.starts_with("borealis.") && database.starts_with("borealis")) return std::nullopt;
  return Refusal{kErrorTableDenied,
                 "rows of system tables change by CREATE USER, GRANT and the like only: a change "
                 "by hand would stay on one server"};
}

std::optional<Refusal> CheckTable(abi::Thd* thd, const abi::TableEvent& event) {
  const std::string_view database(event.database.text, event.database.length);
  const std::string_view sql = held.server->Statement(thd);
  if (IsVirtualDatabase(database)) return std::nullopt;
  if (IsOperatorSchema(database)) return CheckSystemTable(thd, event, sql);
  if (auto refusal = CheckSession(held.server->State(thd))) return refusal;
  if (event.read_only == 0 && CreatesTable(sql)) {
    if (auto found = CheckText(sql, FactsOf(thd, sql))) return found->refusal;
  }
  return std::nullopt;
}

}  // namespace

void GuardTable(abi::Thd* thd, const abi::TableEvent& event) {
  if (held.server->IsApplying(thd) || held.server->IsInTotalOrder(thd)) return;
  const auto refusal = CheckTable(thd, event);
  if (refusal && held.server->IsOrdinary(thd)) Refuse(thd, *refusal);
}

}  // namespace borealis::plugin

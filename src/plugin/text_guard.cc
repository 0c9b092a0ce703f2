#include "plugin/text_guard.h"

#include <string_view>
#include <utility>

#include "plugin/definition_guard.h"
#include "plugin/fault_text.h"
#include "plugin/plugin_state.h"
#include "plugin/session_facts.h"
#include "plugin/statement_variables.h"
#include "plugin/text_edit.h"
#include "plugin/text_rules.h"
#include "plugin/topology_text.h"

namespace borealis::plugin {
namespace {

void ShowTopology(const abi::GeneralEvent& event, std::string_view sql, bool backslash_escapes) {
  for (const auto& [begin, end] : FindTopology(sql, backslash_escapes)) {
    Overwrite(event, begin, end, kTopologyView);
  }
}

}  // namespace

void GuardText(abi::Thd* thd, const abi::GeneralEvent& event) {
  if (std::string_view(event.command, event.command_length) != "Query") return;
  if (!held.server->IsBeforeParsing(thd)) return;
  LookForProvider(thd);
  Pending().Begin(event.thread_id);
  const std::string_view sql(event.query, event.query_length);
  if (OnlyTouchesRows(sql)) {
    if (MayNameTopology(sql)) ShowTopology(event, sql, held.server->BackslashEscapes(thd));
    return;
  }
  TextFacts facts = FactsOf(thd, sql);
  const SessionAccounts accounts(thd);
  facts.accounts = &accounts;
  facts.database = std::string_view(event.database, event.database_length);
  for (FaultStatement& fault : FindFaults(sql, facts.backslash_escapes)) {
    Overwrite(event, fault.begin, fault.end, std::move(fault.meaning));
  }
  ShowTopology(event, sql, facts.backslash_escapes);
  auto found = CheckText(sql, facts);
  if (found) {
    facts.ordinary = held.server->IsOrdinary(thd);
    if (!facts.ordinary) found = CheckText(sql, facts);
  }
  if (const auto target = KillTarget(sql); target && held.definitions.Runs(*target)) {
    found = Finding{0, sql.size(), KillRefused()};
  }
  if (found) {
    Overwrite(event, found->begin, found->end, std::move(found->refusal));
  } else if (ChangesDefinitions(sql, facts.backslash_escapes)) {
    held.definitions.Begin(event.thread_id);
  }
}

}  // namespace borealis::plugin

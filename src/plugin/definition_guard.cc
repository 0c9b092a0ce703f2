#include "plugin/definition_guard.h"

#include <atomic>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "plugin/operator_rules.h"
#include "plugin/plugin_state.h"
#include "plugin/query_event.h"
#include "plugin/refuse.h"
#include "plugin/session_facts.h"
#include "plugin/text_rules.h"

namespace borealis::plugin {
namespace {

std::atomic<uint64_t> texts{0};  // of clients, since the start
constexpr uint64_t kTextsWithoutProvider = 64;

// faults::DefinitionGuard
bool MayDefine(const faults::DefinedName* names, size_t count, const void* event,
               size_t event_bytes) {
  abi::Thd* thd = held.server->Current();
  if (thd == nullptr) return true;
  const std::string_view sql = held.server->Statement(thd);
  const SessionAccounts accounts(thd);
  TextFacts facts = FactsOf(thd, sql);
  facts.ordinary = held.server->IsOrdinary(thd);
  facts.accounts = &accounts;
  facts.database = DefaultDatabase({static_cast<const char*>(event), event_bytes}).value_or("");
  std::optional<Refusal> refusal;
  if (auto found = CheckText(sql, facts)) refusal = std::move(found->refusal);
  if (facts.ordinary && !refusal) {
    std::vector<DefinedName> defined;
    for (size_t i = 0; i < count; ++i) {
      const bool table = names[i].table != nullptr;
      defined.push_back({{names[i].database, names[i].database_bytes},
                         {table ? names[i].table : "", names[i].table_bytes}});
    }
    refusal = CheckOperatorSchemas(Tokenize(sql, facts.backslash_escapes), facts.database, defined);
  }
  if (refusal) Refuse(thd, *refusal);
  return !refusal;
}

}  // namespace

const faults::Control* FindProvider(abi::Thd* thd) {
  if (const faults::Control* control = held.provider.found()) return control;
  const faults::Control* control = held.provider.Find(held.server->Provider(thd));
  if (control != nullptr) control->guard_definitions(MayDefine);
  return control;
}

void LookForProvider(abi::Thd* thd) {
  if (held.provider.found() != nullptr) return;
  const uint64_t n = texts.fetch_add(1) + 1;
  if ((n & (n - 1)) == 0 || n < kTextsWithoutProvider) FindProvider(thd);  // ever more rarely
}

bool MayUpgradeSchema(abi::Thd* thd) {
  if (!held.server->IsOrdinary(thd)) return true;
  SessionState state = held.server->State(thd);
  state.schema_upgrade = SchemaUpgrade::kRolling;
  Refuse(thd, *CheckSession(state));
  return false;
}

}  // namespace borealis::plugin

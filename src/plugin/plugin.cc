// The plugin: takes the server's audit events to the guards, and declares itself. A session's
// events come on the thread that serves it at that time.
#include <string>

#include "plugin/aurora_variables.h"
#include "plugin/definition_guard.h"
#include "plugin/plugin_abi.h"
#include "plugin/plugin_state.h"
#include "plugin/refuse.h"
#include "plugin/statement_variables.h"
#include "plugin/table_guard.h"
#include "plugin/text_edit.h"
#include "plugin/text_guard.h"

namespace borealis::plugin {
namespace {

void CloseIfDraining(abi::Thd* thd, const abi::GeneralEvent& event) {
  if (held.draining.phase() == DrainPhase::kNone) return;
  if (held.draining.Expires(NowMs())) {
    held.server->RefuseConnections(thd, false);
    return;
  }
  if (held.server->IsInTransaction(thd) || !held.server->IsOrdinary(thd)) return;
  if (ClosesBehind(held.draining.phase(), {event.command, event.command_length},
                   {event.query, event.query_length})) {
    held.server->Disconnect(thd);
  }
}

// After a command, or one statement of several: its answer is on its way.
void OnAnswered(abi::Thd* thd, const abi::GeneralEvent& event) {
  held.definitions.End(event.thread_id);
  if (const faults::Control* control = held.provider.found()) control->answered(event.thread_id);
  if (event.error_code != 0) Pending().Clear();
  CloseIfDraining(thd, event);
}

void OnEvent(abi::Thd* thd, unsigned event_class, const void* event) {
  if (thd == nullptr || !held.server) return;
  if (event_class == abi::kGeneralClass) {
    PrepareAuroraVariables(*held.server, thd);
    const auto& general = *static_cast<const abi::GeneralEvent*>(event);
    if (general.subclass == abi::GeneralEvent::kLog) GuardText(thd, general);
    if (general.subclass == abi::GeneralEvent::kStatus) OnAnswered(thd, general);
  } else if (event_class == abi::kTableClass) {
    const auto& table = *static_cast<const abi::TableEvent*>(event);
    if (table.subclass == abi::TableEvent::kLock) GuardTable(thd, table);
  }
}

int Start(void*) {
  std::string missing;
  held.server = ServerCalls::Find(missing);
  if (held.server && !held.server->AskBeforeSchemaUpgrade(MayUpgradeSchema)) {
    missing = "way to guard wsrep_OSU_method";
    held.server.reset();
  }
  if (held.server) return 0;
  Raise({kErrorNotSupported, "the server has no " + missing + "; it takes MariaDB 10.11"});
  return 1;
}

int Stop(void*) { return 0; }

abi::Audit audit = {abi::kAuditInterfaceVersion,
                    nullptr,
                    OnEvent,
                    {(1ul << abi::kGeneralClass) | (1ul << abi::kTableClass)}};

// An AUDIT plugin must ask for some event; this one has the variable.
void Ignore(abi::Thd*, unsigned, const void*) {}
abi::Audit no_audit = {abi::kAuditInterfaceVersion, nullptr, Ignore, {1ul << 1}};

}  // namespace
}  // namespace borealis::plugin

#define BOREALIS_EXPORT extern "C" __attribute__((visibility("default")))

namespace abi = borealis::plugin::abi;

BOREALIS_EXPORT int _maria_plugin_interface_version_;
int _maria_plugin_interface_version_ = abi::kPluginInterfaceVersion;
BOREALIS_EXPORT int _maria_sizeof_struct_st_plugin_;
int _maria_sizeof_struct_st_plugin_ = sizeof(abi::Plugin);
BOREALIS_EXPORT abi::Plugin _maria_plugin_declarations_[];
abi::Plugin _maria_plugin_declarations_[] = {
    {abi::kAuditPlugin, &borealis::plugin::audit, "borealis", "Borealis",
     "Refuses what would make servers of a cluster differ", abi::kLicenseGpl,
     borealis::plugin::Start, borealis::plugin::Stop, 0x0001, nullptr, nullptr, BOREALIS_VERSION,
     abi::kMaturityStable},
    {abi::kAuditPlugin, &borealis::plugin::no_audit, "no", "Borealis",
     "The variable that a statement which must not run sets", abi::kLicenseGpl,
     borealis::plugin::Stop, borealis::plugin::Stop, 0x0001, nullptr,
     borealis::plugin::no_variables, BOREALIS_VERSION, abi::kMaturityStable},
    {abi::kAuditPlugin, &borealis::plugin::no_audit, "aurora", "Borealis",
     "The variables that clients of Aurora ask for", abi::kLicenseGpl, borealis::plugin::Stop,
     borealis::plugin::Stop, 0x0001, nullptr, borealis::plugin::aurora_variables, BOREALIS_VERSION,
     abi::kMaturityStable},
    {}};

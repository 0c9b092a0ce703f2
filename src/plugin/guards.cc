// The plugin: guards of a cluster inside of the server. Adapter between the server's audit events
// and the rules; a session's events come on the thread that serves it at that time.
//
// First line: before a text from a client is parsed, what must not run in it is overwritten, in
// place and at its length, with an assignment to a variable whose check raises the refusal. (An
// error raised at that moment would be discarded.) A span too short for it becomes a syntax error.
// Second line: when a statement locks a table, whichever way it came, an error raised stops it. Not
// inside of total order: the other servers would not stop.
#include <cstring>
#include <optional>

#include "plugin/definition_sessions.h"
#include "plugin/plugin_abi.h"
#include "plugin/server_calls.h"
#include "plugin/text_rules.h"

// Filled in by the server when it loads the plugin; until then the version of the service.
extern "C" borealis::plugin::abi::PrintErrorService* my_print_error_service;

namespace borealis::plugin {
namespace {

constexpr char kRefusing[] = "SET no_go=1";
constexpr size_t kRefusingBytes = sizeof(kRefusing) - 1;

std::optional<ServerCalls> server;
DefinitionSessions definitions;
thread_local std::optional<Refusal> pending;  // between overwriting and the variable's check

void Raise(const Refusal& refusal) {
  my_print_error_service->printf_error(refusal.error, "Borealis: %s", 0, refusal.message.c_str());
}

int RaisePending(abi::Thd*, abi::SystemVariable*, void*, void*) {
  Raise(pending.value_or(Refusal{kErrorNotSupported, "no_go can't be set"}));
  pending.reset();
  return 1;
}

TextFacts Facts(abi::Thd* thd, std::string_view sql) {
  TextFacts facts;
  facts.session = server->State(thd);
  facts.default_engine = server->DefaultEngine(thd);
  if (sql.find('\\') != std::string_view::npos) {
    facts.backslash_escapes = server->BackslashEscapes(thd);
  }
  return facts;
}

bool IsSystemDatabase(std::string_view name) {
  return name == "mysql" || name == "information_schema" || name == "performance_schema" ||
         name == "sys";
}

void Overwrite(const abi::GeneralEvent& event, const Finding& found) {
  char* span = const_cast<char*>(event.query) + found.begin;
  const size_t bytes = found.end - found.begin;
  memset(span, ' ', bytes);
  if (bytes < kRefusingBytes) {
    *span = '?';
    return;
  }
  memcpy(span, kRefusing, kRefusingBytes);
  pending = found.refusal;
}

void OnText(abi::Thd* thd, const abi::GeneralEvent& event) {
  if (std::string_view(event.command, event.command_length) != "Query") return;
  if (!server->IsBeforeParsing(thd)) return;
  pending.reset();
  const std::string_view sql(event.query, event.query_length);
  TextFacts facts = Facts(thd, sql);
  auto found = CheckText(sql, facts);
  if (found) {
    facts.ordinary = server->IsOrdinary(thd);
    if (!facts.ordinary) found = CheckText(sql, facts);
  }
  if (const auto target = KillTarget(sql); target && definitions.Runs(*target)) {
    found = Finding{0,
                    sql.size(),
                    {kErrorKillDenied,
                     "that connection changes definitions on all servers, which can't be "
                     "interrupted"}};
  }
  if (found) {
    Overwrite(event, *found);
  } else if (ChangesDefinitions(sql, facts.backslash_escapes)) {
    definitions.Begin(event.thread_id);
  }
}

std::optional<Refusal> CheckTable(abi::Thd* thd, const abi::TableEvent& event) {
  const std::string_view database(event.database.text, event.database.length);
  const std::string_view sql = server->Statement(thd);
  if (IsSystemDatabase(database)) {
    if (event.read_only != 0 || database != "mysql" || !ChangesRows(sql)) return std::nullopt;
    return Refusal{kErrorTableDenied,
                   "rows of system tables change by CREATE USER, GRANT and the like only: a change "
                   "by hand would stay on one server"};
  }
  if (auto refusal = CheckSession(server->State(thd))) return refusal;
  if (event.read_only == 0 && CreatesTable(sql)) {
    if (auto found = CheckText(sql, Facts(thd, sql))) return found->refusal;
  }
  return std::nullopt;
}

void OnTable(abi::Thd* thd, const abi::TableEvent& event) {
  if (server->IsApplying(thd) || server->IsInTotalOrder(thd)) return;
  const auto refusal = CheckTable(thd, event);
  if (refusal && server->IsOrdinary(thd)) Raise(*refusal);
}

void OnEvent(abi::Thd* thd, unsigned event_class, const void* event) {
  if (thd == nullptr || !server) return;
  if (event_class == abi::kGeneralClass) {
    const auto& general = *static_cast<const abi::GeneralEvent*>(event);
    if (general.subclass == abi::GeneralEvent::kLog) OnText(thd, general);
    if (general.subclass == abi::GeneralEvent::kStatus) definitions.End(general.thread_id);
  } else if (event_class == abi::kTableClass) {
    const auto& table = *static_cast<const abi::TableEvent*>(event);
    if (table.subclass == abi::TableEvent::kLock) OnTable(thd, table);
  }
}

int Start(void*) {
  std::string missing;
  server = ServerCalls::Find(missing);
  if (server) return 0;
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

abi::SessionBool go = {
    {abi::SessionBool::kFlags, "go", "What a refused statement becomes", RaisePending, nullptr},
    0,
    0,
    nullptr};
abi::SystemVariable* no_variables[] = {&go.header, nullptr};

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
     "The variable that a refused statement sets", abi::kLicenseGpl, borealis::plugin::Stop,
     borealis::plugin::Stop, 0x0001, nullptr, borealis::plugin::no_variables, BOREALIS_VERSION,
     abi::kMaturityStable},
    {}};

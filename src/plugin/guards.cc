// The plugin: guards of a cluster inside of the server. Adapter between the server's audit events
// and the rules; a session's events come on the thread that serves it at that time.
//
// First line: before a text from a client is parsed, what must not run in it is overwritten, in
// place and at its length, with an assignment to a variable whose check raises the refusal. (An
// error raised at that moment would be discarded.) A span too short for it becomes a syntax error.
// A statement that injects a fault, which the server does not know, becomes the same; the check
// injects it.
// Second line: when a statement locks a table, whichever way it came, an error raised stops it. Not
// inside of total order: the other servers would not stop.
// Third line: before a statement gets its place in the total order, whichever way it came, the
// provider asks.
#include <fmt/core.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <optional>
#include <string>

#include "plugin/aurora_variables.h"
#include "plugin/definition_sessions.h"
#include "plugin/draining.h"
#include "plugin/fault_effects.h"
#include "plugin/fault_text.h"
#include "plugin/operator_rules.h"
#include "plugin/plugin_abi.h"
#include "plugin/provider_link.h"
#include "plugin/query_event.h"
#include "plugin/server_calls.h"
#include "plugin/text_edit.h"
#include "plugin/text_rules.h"
#include "plugin/topology_text.h"

// Filled in by the server when it loads the plugin; until then the version of the service.
extern "C" borealis::plugin::abi::PrintErrorService* my_print_error_service;

namespace borealis::plugin {
namespace {

std::optional<ServerCalls> server;
ProviderLink provider;
DefinitionSessions definitions;
Draining draining;
std::atomic<uint64_t> texts{0};  // of clients, since the start
constexpr uint64_t kTextsWithoutProvider = 64;

void Raise(const Refusal& refusal) {
  my_print_error_service->printf_error(refusal.error, "Borealis: %s", 0, refusal.message.c_str());
}

bool MayDefine(const faults::DefinedName* names, size_t count, const void* event,
               size_t event_bytes);

const faults::Control* FindProvider(abi::Thd* thd) {
  if (const faults::Control* control = provider.found()) return control;
  const faults::Control* control = provider.Find(server->Provider(thd));
  if (control != nullptr) control->guard_definitions(MayDefine);
  return control;
}

// It is loaded before clients can connect; a server without one is not asked for it again and
// again.
void LookForProvider(abi::Thd* thd) {
  if (provider.found() != nullptr) return;
  const uint64_t n = texts.fetch_add(1) + 1;
  if ((n & (n - 1)) == 0 || n < kTextsWithoutProvider) FindProvider(thd);  // ever more rarely
}

// The same, and a line in the server's error log, which its standard error is: who was refused
// what. Texts of users are not in it; they may hold passwords.
void Refuse(abi::Thd* thd, const Refusal& refusal) {
  Raise(refusal);
  const ServerCalls::Account own = server->Own(thd);
  const time_t now = time(nullptr);
  tm local{};
  std::array<char, 32> stamp{};
  localtime_r(&now, &local);
  strftime(stamp.data(), stamp.size(), "%Y-%m-%d %H:%M:%S", &local);
  fprintf(stderr, "%s %llu [Warning] Borealis: refused to %s@%s: %s\n", stamp.data(),
          static_cast<unsigned long long>(server->Connection(thd)), own.user.c_str(),
          own.host.c_str(), refusal.message.c_str());
}

Refusal KillRefused() {
  return {kErrorKillDenied,
          "that connection changes definitions on all servers, which can't be interrupted"};
}

// 0: done; else an error was raised.
int DoPending(abi::Thd* thd, abi::SystemVariable*, void* save, void* value) {
  long long number = 0;
  const auto* given = static_cast<abi::Value*>(value);
  if (given->as_int(given, &number) != 0) number = 0;
  const uint64_t connection = server->Connection(thd);
  const auto work = Pending().Take(connection, number);
  std::optional<Refusal> refusal = Refusal{kErrorNotSupported, "no_go can't be set"};
  if (work && std::holds_alternative<Refusal>(*work)) {
    refusal = std::get<Refusal>(*work);
  } else if (work) {
    if (!server->MayInjectFaults(thd)) return 1;
    refusal = InjectFault(std::get<FaultCommand>(*work), FindProvider(thd), connection);
  }
  if (refusal) {
    Refuse(thd, *refusal);
    return 1;
  }
  *static_cast<char*>(save) = 0;
  return 0;
}

// SET no_kill = n: an error when connection n must not be killed.
int CheckKill(abi::Thd*, abi::SystemVariable*, void* save, void* value) {
  long long number = 0;
  const auto* given = static_cast<abi::Value*>(value);
  if (given->as_int(given, &number) == 0 && definitions.Runs(static_cast<uint64_t>(number))) {
    Raise(KillRefused());
    return 1;
  }
  *static_cast<char*>(save) = 0;
  return 0;
}

int64_t NowMs() {
  using std::chrono::duration_cast;
  return duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// SET no_drain = a DrainPhase, by who may stop the server.
int SetDrain(abi::Thd* thd, abi::SystemVariable*, void* save, void* value) {
  long long number = 0;
  const auto* given = static_cast<abi::Value*>(value);
  if (given->as_int(given, &number) != 0 || number < 0 || number > kDrainPhaseMax) {
    Raise({kErrorNotSupported, fmt::format("no_drain is 0 to {}", kDrainPhaseMax)});
    return 1;
  }
  if (server->IsOrdinary(thd)) {
    Raise({kErrorAccessDenied, "only who may stop the server may drain it"});
    return 1;
  }
  if (!server->RefuseConnections(thd, number != 0)) {
    Raise({kErrorNotSupported,
           "new connections can't be refused: max_user_connections is 0 in the server's options"});
    return 1;
  }
  draining.Set(static_cast<DrainPhase>(number), NowMs());
  *static_cast<char*>(save) = 0;
  return 0;
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

class SessionAccounts : public AccountLookup {
 public:
  explicit SessionAccounts(abi::Thd* thd) : thd_(thd) {}
  bool IsOperators(const AccountName& account) const override {
    return server->IsOperators(account.user, account.host);
  }
  AccountName Own() const override {
    ServerCalls::Account own = server->Own(thd_);
    return {std::move(own.user), std::move(own.host)};
  }
  bool MayNameDefiners() const override { return server->MayNameDefiners(thd_); }
  std::string_view ClientCharset() const override { return server->ClientCharset(thd_); }

 private:
  abi::Thd* const thd_;
};

bool IsVirtualDatabase(std::string_view name) {
  return name == "information_schema" || name == "performance_schema";
}

// faults::DefinitionGuard
bool MayDefine(const faults::DefinedName* names, size_t count, const void* event,
               size_t event_bytes) {
  abi::Thd* thd = server->Current();
  if (thd == nullptr) return true;
  const std::string_view sql = server->Statement(thd);
  const SessionAccounts accounts(thd);
  TextFacts facts = Facts(thd, sql);
  facts.ordinary = server->IsOrdinary(thd);
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

bool MayUpgradeSchema(abi::Thd* thd) {
  if (!server->IsOrdinary(thd)) return true;
  SessionState state = server->State(thd);
  state.schema_upgrade = SchemaUpgrade::kRolling;
  Refuse(thd, *CheckSession(state));
  return false;
}

void ShowTopology(const abi::GeneralEvent& event, std::string_view sql, bool backslash_escapes) {
  for (const auto& [begin, end] : FindTopology(sql, backslash_escapes)) {
    Overwrite(event, begin, end, kTopologyView);
  }
}

void OnText(abi::Thd* thd, const abi::GeneralEvent& event) {
  if (std::string_view(event.command, event.command_length) != "Query") return;
  if (!server->IsBeforeParsing(thd)) return;
  LookForProvider(thd);
  Pending().Begin(event.thread_id);
  const std::string_view sql(event.query, event.query_length);
  if (OnlyTouchesRows(sql)) {
    if (MayNameTopology(sql)) ShowTopology(event, sql, server->BackslashEscapes(thd));
    return;
  }
  TextFacts facts = Facts(thd, sql);
  const SessionAccounts accounts(thd);
  facts.accounts = &accounts;
  facts.database = std::string_view(event.database, event.database_length);
  for (FaultStatement& fault : FindFaults(sql, facts.backslash_escapes)) {
    Overwrite(event, fault.begin, fault.end, std::move(fault.meaning));
  }
  ShowTopology(event, sql, facts.backslash_escapes);
  auto found = CheckText(sql, facts);
  if (found) {
    facts.ordinary = server->IsOrdinary(thd);
    if (!facts.ordinary) found = CheckText(sql, facts);
  }
  if (const auto target = KillTarget(sql); target && definitions.Runs(*target)) {
    found = Finding{0, sql.size(), KillRefused()};
  }
  if (found) {
    Overwrite(event, found->begin, found->end, std::move(found->refusal));
  } else if (ChangesDefinitions(sql, facts.backslash_escapes)) {
    definitions.Begin(event.thread_id);
  }
}

void CloseIfDraining(abi::Thd* thd, const abi::GeneralEvent& event) {
  if (draining.phase() == DrainPhase::kNone) return;
  if (draining.Expires(NowMs())) {
    server->RefuseConnections(thd, false);
    return;
  }
  if (server->IsInTransaction(thd) || !server->IsOrdinary(thd)) return;
  if (ClosesBehind(draining.phase(), {event.command, event.command_length},
                   {event.query, event.query_length})) {
    server->Disconnect(thd);
  }
}

// After a command, or one statement of several: its answer is on its way.
void OnAnswered(abi::Thd* thd, const abi::GeneralEvent& event) {
  definitions.End(event.thread_id);
  if (const faults::Control* control = provider.found()) control->answered(event.thread_id);
  if (event.error_code != 0) Pending().Clear();
  CloseIfDraining(thd, event);
}

// What the server writes by itself in a session: logs, and the end of a streaming transaction,
// whose fragments go when it commits.
bool IsServersOwn(abi::Thd* thd, std::string_view database, std::string_view table) {
  if (database != "mysql") return false;
  if (table == "wsrep_streaming_log") return server->IsKeepingAccount(thd);
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
  const std::string_view sql = server->Statement(thd);
  if (IsVirtualDatabase(database)) return std::nullopt;
  if (IsOperatorSchema(database)) return CheckSystemTable(thd, event, sql);
  if (auto refusal = CheckSession(server->State(thd))) return refusal;
  if (event.read_only == 0 && CreatesTable(sql)) {
    if (auto found = CheckText(sql, Facts(thd, sql))) return found->refusal;
  }
  return std::nullopt;
}

void OnTable(abi::Thd* thd, const abi::TableEvent& event) {
  if (server->IsApplying(thd) || server->IsInTotalOrder(thd)) return;
  const auto refusal = CheckTable(thd, event);
  if (refusal && server->IsOrdinary(thd)) Refuse(thd, *refusal);
}

void OnEvent(abi::Thd* thd, unsigned event_class, const void* event) {
  if (thd == nullptr || !server) return;
  if (event_class == abi::kGeneralClass) {
    PrepareAuroraVariables(*server, thd);
    const auto& general = *static_cast<const abi::GeneralEvent*>(event);
    if (general.subclass == abi::GeneralEvent::kLog) OnText(thd, general);
    if (general.subclass == abi::GeneralEvent::kStatus) OnAnswered(thd, general);
  } else if (event_class == abi::kTableClass) {
    const auto& table = *static_cast<const abi::TableEvent*>(event);
    if (table.subclass == abi::TableEvent::kLock) OnTable(thd, table);
  }
}

int Start(void*) {
  std::string missing;
  server = ServerCalls::Find(missing);
  if (server && !server->AskBeforeSchemaUpgrade(MayUpgradeSchema)) {
    missing = "way to guard wsrep_OSU_method";
    server.reset();
  }
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

abi::SessionBool go = {{abi::SessionBool::kFlags, "go",
                        "What a statement that must not run becomes", DoPending, nullptr},
                       0,
                       0,
                       nullptr};
abi::SessionBool kill_check = {
    {abi::SessionBool::kFlags, "kill",
     "Fails for the number of a connection that must not be killed", CheckKill, nullptr},
    0,
    0,
    nullptr};
abi::SessionBool drain = {{abi::SessionBool::kFlags, "drain",
                           "Lets clients go before a stop; see draining.h", SetDrain, nullptr},
                          0,
                          0,
                          nullptr};
abi::SystemVariable* no_variables[] = {&go.header, &kill_check.header, &drain.header, nullptr};

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

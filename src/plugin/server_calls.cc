#include "plugin/server_calls.h"

#include <dlfcn.h>

#include <cstring>
#include <memory>

namespace borealis::plugin {
namespace {

// Of MariaDB 10.11: the value that a session's command has from the arrival of a text until it is
// parsed, and bits of its privileges.
constexpr int kNoCommandYet = 161;
constexpr unsigned long long kSuper = 1ull << 15;
constexpr unsigned long long kConnectionAdmin = 1ull << 32;
constexpr unsigned long long kCreateUser = 1ull << 25;
constexpr unsigned long long kSetUser = 1ull << 30;
// Of max_user_connections.
constexpr int kNobody = -1;
// What the master user of a cluster lacks: SHUTDOWN, FILE, SUPER, CREATE TABLESPACE, and from
// SET USER on the administrative privileges split from SUPER.
constexpr unsigned long long kOperators =
    1ull << 7 | 1ull << 9 | kSuper | 1ull << 28 | 0xffull << 30;

// The server's object for the privileges of a session. Only functions of the server look into it.
struct alignas(16) AccountContext {
  char bytes[16384];
};

// The server's object of a variable: where in it the function is that is asked before it is set is
// found by a variable whose function is known.
constexpr size_t kVariableWordsMax = 32;
// And of an assignment: {vtable, variable, expression, scope, value}.
struct Assignment {
  const void* table;
  const void* variable;
  const void* expression;  // null: DEFAULT
  uint64_t scope;
  uint64_t value;
};

ServerCalls::MayUpgrade may_upgrade = nullptr;

// Not 0: refused, an error was raised.
bool CheckUpgrade(void* variable, abi::Thd* thd, void* given) {
  Assignment assignment{};
  memcpy(&assignment, given, sizeof(assignment));
  const bool known = assignment.variable == variable;
  if (known && (assignment.expression == nullptr || assignment.value == 0)) return false;  // TOI
  return !may_upgrade(thd);
}

template <typename Function>
void Look(const char* symbol, Function*& target, std::string& missing) {
  target = reinterpret_cast<Function*>(dlsym(RTLD_DEFAULT, symbol));
  if (target == nullptr && missing.empty()) missing = symbol;
}

}  // namespace

std::optional<ServerCalls> ServerCalls::Find(std::string& missing) {
  ServerCalls calls;
  Look("_Z19intern_find_sys_varPKcm", calls.find_variable_, missing);
  Look("_ZNK7sys_var9value_ptrEP3THD13enum_var_typePK25st_mysql_const_lex_string", calls.value_,
       missing);
  Look("_Z19check_global_accessP3THD11privilege_tb", calls.lacks_privilege_, missing);
  Look("thd_sql_command", calls.command_, missing);
  Look("thd_tx_isolation", calls.isolation_, missing);
  Look("wsrep_OSU_method_get", calls.upgrade_, missing);
  Look("wsrep_thd_is_applying", calls.applying_, missing);
  Look("wsrep_thd_is_toi", calls.total_order_, missing);
  Look("_Z22wsrep_thd_ignore_tableP3THD", calls.ignores_table_, missing);
  Look("thd_query_string", calls.statement_, missing);
  Look("thd_get_thread_id", calls.connection_, missing);
  Look("_current_thd", calls.current_, missing);
  Look("_Z22create_default_definerP3THDb", calls.own_account_, missing);
  Look("_Z11acl_getrootP16Security_contextPKcS2_S2_S2_", calls.find_account_, missing);
  Look("_ZN16Security_context12check_accessE11privilege_tb", calls.context_has_, missing);
  Look("_ZN3THD10disconnectEv", calls.disconnect_, missing);
  Look("_Z14wsrep_on_checkP7sys_varP3THDP7set_var", calls.replication_check_, missing);
  if (!missing.empty()) return std::nullopt;
  return calls;
}

bool ServerCalls::IsBeforeParsing(abi::Thd* thd) const { return command_(thd) == kNoCommandYet; }

bool ServerCalls::IsOrdinary(abi::Thd* thd) const { return lacks_privilege_(thd, kSuper, true); }

bool ServerCalls::MayInjectFaults(abi::Thd* thd) const {
  return !lacks_privilege_(thd, kCreateUser | kConnectionAdmin | kSuper, false);
}

bool ServerCalls::IsOperators(const std::string& user, const std::string& host) const {
  auto context = std::make_unique<AccountContext>();
  // An address with a mask is matched by itself.
  const std::string address = host.substr(0, host.find('/'));
  // Not 0: there is no such account.
  if (find_account_(context.get(), user.c_str(), host.c_str(), address.c_str(), "")) return false;
  return context_has_(context.get(), kOperators, true);
}

ServerCalls::Account ServerCalls::Own(abi::Thd* thd) const {
  const LexString* names = own_account_(thd, false);
  if (names == nullptr) return {};
  return {std::string(names[0].text, names[0].length), std::string(names[1].text, names[1].length)};
}

bool ServerCalls::MayNameDefiners(abi::Thd* thd) const {
  return !lacks_privilege_(thd, kSetUser | kSuper, true);
}

bool ServerCalls::AskBeforeSchemaUpgrade(MayUpgrade may) const {
  const void* known = Variable("wsrep_on");
  auto* asked = static_cast<char*>(const_cast<void*>(Variable("wsrep_OSU_method")));
  if (known == nullptr || asked == nullptr) return false;
  for (size_t word = 0; word < kVariableWordsMax; ++word) {
    const size_t at = word * sizeof(void*);
    const void* found = nullptr;
    memcpy(&found, static_cast<const char*>(known) + at, sizeof(found));
    if (found != reinterpret_cast<void*>(replication_check_)) continue;
    const void* before = nullptr;
    memcpy(&before, asked + at, sizeof(before));
    if (before != nullptr && before != reinterpret_cast<void*>(CheckUpgrade)) return false;
    may_upgrade = may;
    void* const check = reinterpret_cast<void*>(CheckUpgrade);
    memcpy(asked + at, &check, sizeof(check));
    return true;
  }
  return false;
}

std::string_view ServerCalls::ClientCharset(abi::Thd* thd) const {
  return Text(Known().client_charset, thd);
}

uint64_t ServerCalls::Connection(abi::Thd* thd) const { return connection_(thd); }

std::string ServerCalls::Provider(abi::Thd* thd) const { return GlobalText(Known().provider, thd); }

std::string ServerCalls::NodeName(abi::Thd* thd) const {
  return GlobalText(Known().node_name, thd);
}

bool ServerCalls::IsInTransaction(abi::Thd* thd) const { return Flag(Known().in_transaction, thd); }

void ServerCalls::SetSyncWait(abi::Thd* thd, bool global, uint32_t bits) const {
  const void* value = Value(Known().sync_wait, thd, global ? kGlobal : kSession);
  if (value != nullptr) memcpy(const_cast<void*>(value), &bits, sizeof(bits));
}

void ServerCalls::Disconnect(abi::Thd* thd) const { disconnect_(thd); }

bool ServerCalls::RefuseConnections(abi::Thd* thd, bool refuse) const {
  static const int configured = [&] {
    int value = 0;
    const void* place = Value(Known().user_connections, thd, kGlobal);
    if (place != nullptr) memcpy(&value, place, sizeof(value));
    return value;
  }();
  // A server that starts with 0 does not look at it any more.
  const void* place = Value(Known().user_connections, thd, kGlobal);
  if (configured == 0 || place == nullptr) return false;
  const int value = refuse ? kNobody : configured;
  memcpy(const_cast<void*>(place), &value, sizeof(value));
  return true;
}

bool ServerCalls::IsInTotalOrder(abi::Thd* thd) const { return total_order_(thd) != 0; }

bool ServerCalls::IsKeepingAccount(abi::Thd* thd) const { return ignores_table_(thd); }

bool ServerCalls::IsApplying(abi::Thd* thd) const { return applying_(thd) != 0; }

const void* ServerCalls::Variable(const char* name) const {
  return find_variable_(name, strlen(name));
}

const ServerCalls::Variables& ServerCalls::Known() const {
  static const Variables known = {
      Variable("innodb_snapshot_isolation"), Variable("wsrep_on"),
      Variable("auto_increment_increment"),  Variable("auto_increment_offset"),
      Variable("wsrep_trx_fragment_size"),   Variable("wsrep_trx_fragment_unit"),
      Variable("default_storage_engine"),    Variable("sql_mode"),
      Variable("max_statement_time"),        Variable("wsrep_provider"),
      Variable("wsrep_node_name"),           Variable("in_transaction"),
      Variable("wsrep_sync_wait"),           Variable("character_set_client"),
      Variable("max_user_connections"),
  };
  return known;
}

const void* ServerCalls::Value(const void* variable, abi::Thd* thd, Scope scope) const {
  constexpr LexString kNoBase{nullptr, 0};
  return variable == nullptr ? nullptr : value_(variable, thd, scope, &kNoBase);
}

uint64_t ServerCalls::Number(const void* variable, abi::Thd* thd, Scope scope) const {
  const void* value = Value(variable, thd, scope);
  uint64_t number = 0;
  if (value != nullptr) memcpy(&number, value, sizeof(number));
  return number;
}

bool ServerCalls::Flag(const void* variable, abi::Thd* thd) const {
  const void* value = Value(variable, thd, kSession);
  return value != nullptr && *static_cast<const char*>(value) != 0;
}

std::string_view ServerCalls::Text(const void* variable, abi::Thd* thd) const {
  const void* value = Value(variable, thd, kSession);
  return value == nullptr ? std::string_view() : static_cast<const char*>(value);
}

std::string ServerCalls::GlobalText(const void* variable, abi::Thd* thd) const {
  const void* value = Value(variable, thd, kGlobal);
  const char* text = nullptr;
  if (value != nullptr) memcpy(&text, value, sizeof(text));
  return text == nullptr ? std::string() : text;
}

SessionState ServerCalls::State(abi::Thd* thd) const {
  const Variables& known = Known();
  SessionState state;
  state.isolation = static_cast<Isolation>(isolation_(thd));
  state.schema_upgrade = static_cast<SchemaUpgrade>(upgrade_(thd));
  state.snapshot_isolation = Flag(known.snapshot_isolation, thd);
  state.replicates = Flag(known.replicates, thd);
  state.increment = Number(known.increment, thd, kSession);
  state.offset = Number(known.offset, thd, kSession);
  // What the node was started with; nobody but an administrator can change it.
  static const uint64_t node_increment = Number(known.increment, thd, kGlobal);
  static const uint64_t node_offset = Number(known.offset, thd, kGlobal);
  state.node_increment = node_increment;
  state.node_offset = node_offset;
  const void* timeout = Value(known.statement_timeout, thd, kSession);
  double timeout_s = 0;
  if (timeout != nullptr) memcpy(&timeout_s, timeout, sizeof(timeout_s));
  state.has_statement_timeout = timeout_s > 0;
  state.fragment_size = Number(known.fragment_size, thd, kSession);
  const std::string_view unit = Text(known.fragment_unit, thd);
  state.fragment_unit = unit == "rows"         ? FragmentUnit::kRows
                        : unit == "statements" ? FragmentUnit::kStatements
                                               : FragmentUnit::kBytes;
  return state;
}

std::string_view ServerCalls::DefaultEngine(abi::Thd* thd) const {
  return Text(Known().default_engine, thd);
}

bool ServerCalls::BackslashEscapes(abi::Thd* thd) const {
  return Text(Known().sql_mode, thd).find("NO_BACKSLASH_ESCAPES") == std::string_view::npos;
}

std::string_view ServerCalls::Statement(abi::Thd* thd) const {
  const LexString* statement = statement_(thd);
  if (statement == nullptr || statement->text == nullptr) return {};
  return {statement->text, statement->length};
}

}  // namespace borealis::plugin

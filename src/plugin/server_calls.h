// What the plugin asks the running server: who a session is, its settings, its statement. Adapter
// over functions that the server's program exports. They are looked up by name when the plugin is
// loaded; a server that lacks one does not load the plugin, and so does not start.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "plugin/plugin_abi.h"
#include "plugin/session_rules.h"

namespace borealis::plugin {

class ServerCalls {
 public:
  // nullopt: `missing` names what the server lacks.
  static std::optional<ServerCalls> Find(std::string& missing);

  // True until the statement of a session was parsed, once for each text from a client; a statement
  // inside of a routine was parsed before.
  bool IsBeforeParsing(abi::Thd* thd) const;
  // No SUPER, as the session is at this moment (a routine may run as its definer). The server
  // counts a yes as a denied access, so ask only when something will be denied.
  bool IsOrdinary(abi::Thd* thd) const;
  // The session that this thread serves; null: none.
  abi::Thd* Current() const { return current_(); }
  // Whether the account, or for host "" the role, has a privilege that ordinary users can't have.
  bool IsOperators(const std::string& user, const std::string& host) const;
  // The account whose privileges the session has at this moment, and whether it may name others.
  struct Account {
    std::string user;
    std::string host;
  };
  Account Own(abi::Thd* thd) const;
  bool MayNameDefiners(abi::Thd* thd) const;
  // Has the server ask before the session variable wsrep_OSU_method is set, whichever way.
  // False: this server can't be made to.
  using MayUpgrade = bool (*)(abi::Thd* thd);
  bool AskBeforeSchemaUpgrade(MayUpgrade may) const;
  std::string_view ClientCharset(abi::Thd* thd) const;
  // CREATE USER, CONNECTION ADMIN or SUPER. False: the server's own error (1227) was raised.
  bool MayInjectFaults(abi::Thd* thd) const;
  uint64_t Connection(abi::Thd* thd) const;
  std::string Provider(abi::Thd* thd) const;  // wsrep_provider
  std::string NodeName(abi::Thd* thd) const;  // wsrep_node_name
  bool IsInTransaction(abi::Thd* thd) const;
  // Ends the session of this thread: its connection is closed, behind what was sent already.
  void Disconnect(abi::Thd* thd) const;
  // Clients without SUPER and CONNECTION ADMIN get error 1203 when they connect; false: again not.
  // False: the server was started so that it can't be made to.
  bool RefuseConnections(abi::Thd* thd, bool refuse) const;
  // wsrep_sync_wait of the session, or of sessions that begin later.
  void SetSyncWait(abi::Thd* thd, bool global, uint32_t bits) const;
  // A thread of the server that applies other servers' changes.
  bool IsApplying(abi::Thd* thd) const;
  // A statement that runs on every server in total order has begun: it can't be refused any more.
  bool IsInTotalOrder(abi::Thd* thd) const;
  // The server writes its own account of streaming transactions, whatever the statement.
  bool IsKeepingAccount(abi::Thd* thd) const;
  SessionState State(abi::Thd* thd) const;
  std::string_view DefaultEngine(abi::Thd* thd) const;
  bool BackslashEscapes(abi::Thd* thd) const;
  std::string_view Statement(abi::Thd* thd) const;

 private:
  struct LexString {
    char* text;
    size_t length;
  };
  enum Scope { kSession = 1, kGlobal = 2 };  // the server's enum_var_type
  struct Variables {
    const void* snapshot_isolation;
    const void* replicates;
    const void* increment;
    const void* offset;
    const void* fragment_size;
    const void* fragment_unit;
    const void* default_engine;
    const void* sql_mode;
    const void* statement_timeout;
    const void* provider;
    const void* node_name;
    const void* in_transaction;
    const void* sync_wait;
    const void* client_charset;
    const void* user_connections;
  };
  const void* Variable(const char* name) const;
  const Variables& Known() const;  // REQUIRES: the storage engine was started
  uint64_t Number(const void* variable, abi::Thd* thd, Scope scope) const;
  bool Flag(const void* variable, abi::Thd* thd) const;
  std::string_view Text(const void* variable, abi::Thd* thd) const;
  std::string GlobalText(const void* variable, abi::Thd* thd) const;
  const void* Value(const void* variable, abi::Thd* thd, Scope scope) const;

  void* (*find_variable_)(const char* name, size_t length) = nullptr;
  const void* (*value_)(const void* variable, abi::Thd*, Scope, const void* base) = nullptr;
  bool (*lacks_privilege_)(abi::Thd*, unsigned long long privilege, bool silent) = nullptr;
  int (*command_)(const abi::Thd*) = nullptr;
  int (*isolation_)(const abi::Thd*) = nullptr;
  unsigned long (*upgrade_)(const abi::Thd*) = nullptr;
  char (*applying_)(const abi::Thd*) = nullptr;
  char (*total_order_)(const abi::Thd*) = nullptr;
  bool (*ignores_table_)(abi::Thd*) = nullptr;
  LexString* (*statement_)(abi::Thd*) = nullptr;
  unsigned long (*connection_)(const abi::Thd*) = nullptr;
  abi::Thd* (*current_)() = nullptr;
  const LexString* (*own_account_)(abi::Thd*, bool role) = nullptr;  // {user, host, ...}
  bool (*find_account_)(void* context, const char* user, const char* host, const char* ip,
                        const char* database) = nullptr;
  bool (*context_has_)(void* context, unsigned long long privileges, bool any) = nullptr;
  void (*disconnect_)(abi::Thd*) = nullptr;
  bool (*replication_check_)(void* variable, abi::Thd*, void* assignment) = nullptr;
};

}  // namespace borealis::plugin

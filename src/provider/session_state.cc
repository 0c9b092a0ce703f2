#include "provider/session_state.h"

#include <string_view>

#include "provider/server_symbol.h"

namespace borealis::provider {
namespace {

// The server's MYSQL_LEX_STRING.
struct LexString {
  const char* text;
  size_t length;
};

struct Server {
  // Null: not a session's thread.
  void* (*const current_session)() = ServerSymbol<void*()>("_current_thd");
  // 0 while the session goes on.
  int (*const kill_level)(const void*) = ServerSymbol<int(const void*)>("thd_kill_level");
  unsigned (*const file_name)(const char* name, char* to, size_t to_bytes) =
      ServerSymbol<unsigned(const char*, char*, size_t)>("_Z21tablename_to_filenamePKcPcm");
  const LexString* (*const statement)(void*) =
      ServerSymbol<const LexString*(void*)>("thd_query_string");
  const char* (*const transaction_state)(void*) =
      ServerSymbol<const char*(void*)>("wsrep_thd_transaction_state_str");
};

const Server& FindServer() {
  static const Server server;
  return server;
}

void* CurrentSession() {
  const Server& server = FindServer();
  return server.current_session == nullptr ? nullptr : server.current_session();
}

}  // namespace

bool SessionAskedToEnd() {
  void* session = CurrentSession();
  const Server& server = FindServer();
  return session != nullptr && server.kill_level != nullptr && server.kill_level(session) != 0;
}

std::optional<bool> SessionCommits() {
  void* session = CurrentSession();
  const Server& server = FindServer();
  if (session == nullptr || server.transaction_state == nullptr) return std::nullopt;
  return std::string_view(server.transaction_state(session)) == "committing";
}

std::string_view SessionStatement() {
  void* session = CurrentSession();
  const Server& server = FindServer();
  if (session == nullptr || server.statement == nullptr) return {};
  const LexString* statement = server.statement(session);
  return statement->text == nullptr ? std::string_view{}
                                    : std::string_view(statement->text, statement->length);
}

std::string FileNameOf(const std::string& name) {
  const Server& server = FindServer();
  if (server.file_name == nullptr) return name;
  // Each character of at most 64 takes five bytes at most; longer names end cut off.
  std::string to(512, '\0');
  to.resize(server.file_name(name.c_str(), to.data(), to.size()));
  return to;
}

}  // namespace borealis::provider

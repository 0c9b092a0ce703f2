#include "provider/session_state.h"

#include <dlfcn.h>

#include <string_view>

namespace borealis::provider {
namespace {

// The server's MYSQL_LEX_STRING.
struct LexString {
  const char* text;
  size_t length;
};

// Each null where no server is around.
struct Server {
  void* (*current_session)() = nullptr;              // null: not a session's thread
  int (*kill_level)(const void* session) = nullptr;  // 0 while the session goes on
  unsigned (*file_name)(const char* name, char* to, size_t to_bytes) = nullptr;
  const LexString* (*statement)(void* session) = nullptr;
  const char* (*transaction_state)(void* session) = nullptr;
};

template <typename Function>
void Find(const char* symbol, Function*& function) {
  function = reinterpret_cast<Function*>(dlsym(RTLD_DEFAULT, symbol));
}

const Server& FindServer() {
  static const Server server = [] {
    Server found;
    Find("_current_thd", found.current_session);
    Find("thd_kill_level", found.kill_level);
    Find("_Z21tablename_to_filenamePKcPcm", found.file_name);
    Find("thd_query_string", found.statement);
    Find("wsrep_thd_transaction_state_str", found.transaction_state);
    return found;
  }();
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

#include "provider/session_kill.h"

#include <dlfcn.h>

namespace borealis::provider {
namespace {

// Of the server's plugin interface; both null where no server is around.
struct Server {
  void* (*current_session)() = nullptr;              // null: not a session's thread
  int (*kill_level)(const void* session) = nullptr;  // 0 while the session goes on
};

template <typename Function>
void Find(const char* symbol, Function*& function) {
  function = reinterpret_cast<Function*>(dlsym(RTLD_DEFAULT, symbol));
}

Server FindServer() {
  Server server;
  Find("_current_thd", server.current_session);
  Find("thd_kill_level", server.kill_level);
  return server;
}

}  // namespace

bool SessionAskedToEnd() {
  static const Server server = FindServer();
  if (server.current_session == nullptr || server.kill_level == nullptr) return false;
  const void* session = server.current_session();
  return session != nullptr && server.kill_level(session) != 0;
}

}  // namespace borealis::provider

#include "plugin/refuse.h"

#include <array>
#include <cstdio>
#include <ctime>

#include "plugin/plugin_state.h"

// Filled in by the server when it loads the plugin; until then the version of the service.
extern "C" borealis::plugin::abi::PrintErrorService* my_print_error_service;

namespace borealis::plugin {

void Raise(const Refusal& refusal) {
  my_print_error_service->printf_error(refusal.error, "Borealis: %s", 0, refusal.message.c_str());
}

void Refuse(abi::Thd* thd, const Refusal& refusal) {
  Raise(refusal);
  const ServerCalls::Account own = held.server->Own(thd);
  const time_t now = time(nullptr);
  tm local{};
  std::array<char, 32> stamp{};
  localtime_r(&now, &local);
  strftime(stamp.data(), stamp.size(), "%Y-%m-%d %H:%M:%S", &local);
  fprintf(stderr, "%s %llu [Warning] Borealis: refused to %s@%s: %s\n", stamp.data(),
          static_cast<unsigned long long>(held.server->Connection(thd)), own.user.c_str(),
          own.host.c_str(), refusal.message.c_str());
}

}  // namespace borealis::plugin

// What the plugin holds while the server runs, for its adapters to the server's events. Each part
// is thread-safe, and `server` does not change after the plugin was loaded.
#pragma once

#include <cstdint>
#include <optional>

#include "plugin/definition_sessions.h"
#include "plugin/draining.h"
#include "plugin/provider_link.h"
#include "plugin/server_calls.h"

namespace borealis::plugin {

struct PluginState {
  std::optional<ServerCalls> server;  // nullopt: it is not loaded
  ProviderLink provider;
  DefinitionSessions definitions;
  Draining draining;
};
extern PluginState held;

// For `draining`.
int64_t NowMs();

}  // namespace borealis::plugin

// Options of commands that run servers: which programs, which settings; and what must be read
// before a root process becomes the owner of the volume.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "base/status.h"
#include "cli/common.h"
#include "node/account.h"
#include "node/layout.h"
#include "node/server_command.h"

namespace borealis::cli {

struct ServerArguments {
  std::string config;
  std::string provider;
  std::string provider_options;
  std::vector<std::string> tls_names;
  std::string plugin;
  std::string server = node::kDefaultServer;
};

// The same for another command, as the owner of the volume: what PrepareServer left in `layout`.
std::vector<std::string> ServerWords(const node::ServerConfig& server);

void AddServerOptions(CLI::App& app, ServerArguments& args);

// Fills in what the options say: server, provider, plugin, fragment, volume and layout. Makes the
// directories of `places` and `layout`, copies into them what the owner can't read, and becomes the
// owner. `host`: as root, the host name to give the server; empty: none. `before_writing` (may be
// empty) is called as the owner, before anything in `layout` is replaced; what is not Ok ends it.
// REQUIRES: places are resolved.
Status PrepareServer(const Places& places, const ServerArguments& args,
                     const node::NodeLayout& layout, const std::string& host,
                     const std::function<Status()>& before_writing, node::ServerConfig& server);
// The same where the volume is not there yet and is to be `owner`'s.
Status PrepareServerAs(const node::Account& owner, const Places& places,
                       const ServerArguments& args, const node::NodeLayout& layout,
                       const std::string& host, const std::function<Status()>& before_writing,
                       node::ServerConfig& server);

}  // namespace borealis::cli

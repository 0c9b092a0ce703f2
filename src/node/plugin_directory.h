// The directory that the node's server loads plugins from: ours, and links to those that the server
// came with. (The server takes plugins from one directory only, by a name without a path.) Adapter.
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/status.h"

namespace borealis::node {

inline constexpr char kPluginFile[] = "borealis.so";
inline constexpr char kServerPlugins[] = "/usr/lib/mysql/plugin";

// Makes `directory`, or brings it up to date: a running server keeps what it loaded. A missing
// `server_plugins` counts as empty.
Status ProvidePluginDirectory(const std::string& directory, ByteView library,
                              const std::string& server_plugins = kServerPlugins);

}  // namespace borealis::node

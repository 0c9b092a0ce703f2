// The server's command line: what every node needs, what a user may add, in an order in which ours
// wins. Pure.
//
//   mariadbd --no-defaults <defaults> <the user's fragment> <what must be so>
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/uuid.h"
#include "model/ids.h"
#include "node/fragment.h"
#include "node/layout.h"

namespace borealis::node {

inline constexpr uint16_t kDefaultPort = 3306;
inline constexpr char kDefaultServer[] = "/usr/sbin/mariadbd";

struct ServerConfig {
  std::string server = kDefaultServer;  // absolute path of mariadbd
  std::string provider;                 // absolute path of the provider library; empty: none
  std::string plugin;  // file in layout.plugins() that guards the server; empty: none
  bool tls = false;    // layout.tls() has certificates
  std::vector<std::string> tls_names;  // that clients use, besides name and address
  bool audit = false;                  // layout.plugins() has MariaDB's server_audit
  std::string volume;                  // absolute directory
  Uuid volume_uuid;
  std::string name;
  Slot slot;
  std::string address = "127.0.0.1";
  uint16_t port = kDefaultPort;
  NodeLayout layout;
  std::vector<ServerOption> fragment;  // checked
  std::string provider_options;        // the user's, "a=1;b=2"
  std::string Endpoint() const;        // "address:port"
};

// Runs the node from a position.
std::vector<std::string> RunCommand(const ServerConfig& config, Seqno start);
// Runs a replica (replica.h) from a position to another; no client can connect but over the socket.
// `starter`: the process that runs the command; the server ends with it.
std::vector<std::string> ReplicaCommand(const ServerConfig& config, Seqno start, Seqno until,
                                        pid_t starter);
// Recovers the engines, prints their position, ends. Accepts no connection, loads no provider.
// `has_binary_log`: one is in the data directory, and decides about what was prepared.
std::vector<std::string> RecoverCommand(const ServerConfig& config, bool has_binary_log);
// Runs the SQL of its standard input and ends; no connection, no provider, no replication.
std::vector<std::string> BootstrapCommand(const ServerConfig& config);
// Parses every option and ends; touches no data.
std::vector<std::string> CheckCommand(const ServerConfig& config);

// What the server said is wrong: the last [ERROR] line of the provider, which knows the cause, else
// the last of all; without time stamp, cut to 400 bytes; empty if none.
std::string LastErrorLine(std::string_view output);
// Whether such a line speaks of the storage engines: the data is damaged, not the command.
bool BlamesEngines(std::string_view error_line);
// Whether it is the provider's: it says what it refuses (an option, the volume, the position). What
// it finds wrong with the cache it writes into the cache's own state.
bool BlamesProvider(std::string_view error_line);
// The first five lines of a program's output that speak of an error, or its last five if none does.
std::string Complaints(std::string_view output);
// The last lines, for an operator.
std::string TailLines(std::string_view output, size_t lines);

}  // namespace borealis::node

// ServerClient: a connection to the node's own server over its socket, as the account the agent
// runs as (the server trusts the socket to say who that is). Adapter over the client library. One
// thread at a time.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "model/ids.h"
#include "node/server_figures.h"

namespace borealis::node {

struct ServerHealth {
  bool ready = false;   // accepts reads and writes
  std::string version;  // "10.11.14-MariaDB", as it greets clients
  Seqno seqno;          // last committed
  std::vector<std::string> members;
  // settings_drift.h; asked for now and then.
  std::optional<std::map<std::string, std::string>> settings;
  bool behind = false;  // too far behind the log to serve; it catches up
  Figures figures;
};

class ServerClient {
 public:
  using Row = std::vector<std::string>;  // NULL reads as ""

  // Every wait is bounded by timeout_s. kUnavailable: no answer.
  static Result<ServerClient> Connect(const std::string& socket, const std::string& user,
                                      unsigned timeout_s);
  ~ServerClient();
  ServerClient(ServerClient&&) noexcept;
  ServerClient& operator=(ServerClient&&) noexcept;

  // kUnavailable: the connection broke; kInternal: the server refused, with its message.
  Result<std::vector<Row>> Query(const std::string& sql);
  unsigned error() const;  // the server's or client library's number of the last failure; 0: none
  std::string Quote(const std::string& text);  // 'text', escaped

  Result<ServerHealth> Health();  // without settings
  Result<std::map<std::string, std::string>> Settings();

 private:
  struct Connection;
  explicit ServerClient(std::unique_ptr<Connection> connection);
  std::unique_ptr<Connection> connection_;
};

}  // namespace borealis::node

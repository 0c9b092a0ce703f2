// One node under verification: two connections to its server's socket. Adapter; one thread at a
// time.
#pragma once

#include <string>

#include "base/status.h"
#include "model/ids.h"
#include "node/server_client.h"

namespace borealis::verify {

struct Endpoint {
  std::string name;
  std::string socket;
};

struct NodeSession {
  std::string name;
  node::ServerClient control;  // status and provider options
  node::ServerClient reader;   // the consistent snapshot, and what is read in it

  // kUnavailable, or kInternal when the server is no node of a cluster.
  static Result<NodeSession> Open(const Endpoint& endpoint, const std::string& user);

  // Value of a global status variable; empty: there is none.
  Result<std::string> StatusOf(const std::string& variable);
  Result<Seqno> LastCommitted();
};

}  // namespace borealis::verify

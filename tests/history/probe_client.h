// ProbeClient: one connection of a probe, over the C client library. Several statements may go in
// one round trip. Failures end the process with a message: a probe runs on a healthy cluster.
// Thread-compatible: one thread per client.
#pragma once

#include <mysql.h>

#include <cstdint>
#include <string>
#include <vector>

namespace borealis::history {

struct Endpoint {
  std::string name;  // "host:port"
  std::string host;
  unsigned port = 0;
};

class ProbeClient {
 public:
  ProbeClient(const Endpoint& endpoint, const std::string& user, const std::string& password);
  ~ProbeClient();
  ProbeClient(const ProbeClient&) = delete;
  ProbeClient& operator=(const ProbeClient&) = delete;

  using Rows = std::vector<std::vector<std::string>>;
  // Runs one or more statements; returns the rows of the last one that has any. False: the server
  // rolled the transaction back and it may be run again (1213, 1020, 1205).
  bool Run(const std::string& statements, Rows* rows);

  // Threads that use clients call these around their work.
  static void ThreadStart();
  static void ThreadEnd();

 private:
  [[noreturn]] void Fail(const std::string& what);

  const std::string name_;
  MYSQL* mysql_;
};

}  // namespace borealis::history

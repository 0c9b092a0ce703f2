// The agent's slow jobs: restoring a cache, asking the engines for their position. Each runs on a
// thread of its own and gives the machine's event. Adapter.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include "node/agent_machine.h"
#include "node/server_command.h"
#include "storage/backend.h"

namespace borealis::node {

// What can be seen of the cache in `datadir`.
CacheFacts LookAtCache(const std::string& datadir);

// Whether the server's program, as it is installed now, may serve the volume (server_version.h).
// Asked before anything of it opens data. kUnsupported says what to do.
Status CheckServerOf(const ServerConfig& config, storage::Backend& volume);

// Removes the cache (a crash in the middle leaves "<datadir>.discarded", never a part that looks
// like foreign files).
Status DiscardCache(const std::string& datadir);

// From the newest usable snapshot that is not after `until`.
Restored RestoreNewest(const ServerConfig& config, const std::atomic<bool>* cancel,
                       Seqno until = Seqno{INT64_MAX});
Recovered RecoverPosition(const ServerConfig& config, const std::atomic<bool>* cancel);
// After it, for the node's own server: a binary log that is asked for and not there is begun after
// Recovered::gtid.
Status PrepareBinaryLog(const ServerConfig& config, const std::string& gtid);

// At most one job at a time.
class Worker {
 public:
  ~Worker() { CancelAndJoin(); }
  // `job` gets the cancel flag; `done` is called with its event on the worker's thread.
  void Start(std::function<Event(const std::atomic<bool>*)> job, std::function<void(Event)> done);
  void Cancel() { cancel_ = true; }

 private:
  void CancelAndJoin();

  std::atomic<bool> cancel_{false};
  std::thread thread_;
};

}  // namespace borealis::node

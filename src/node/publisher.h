// Publisher: says how the node is, in state.json and as a hint in the volume, once a second and at
// every change, on a thread of its own: a volume that hangs must not stop the supervision.
// Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <thread>

#include "base/clock.h"
#include "base/mutex.h"
#include "node/node_status.h"
#include "storage/backend.h"

namespace borealis::node {

inline constexpr int kPublishMs = 1000;

class Publisher {
 public:
  Publisher(std::string volume, std::string state_path, const Clock& clock);
  // Publishes the last status once more and ends.
  ~Publisher();

  // state.json is written before it returns, so that a successor finds a server just started.
  void Set(const NodeStatus& status);
  // A server is attached to the volume now: attaching beside it can't make us the first.
  void AllowAttach();

 private:
  void Loop();
  void PutHint(const NodeStatus& status);
  void WriteState(NodeStatus status) REQUIRES(mutex_);

  const std::string volume_;
  const std::string state_path_;
  const Clock& clock_;
  Mutex mutex_;
  CondVar wake_;
  NodeStatus status_ GUARDED_BY(mutex_);
  bool changed_ GUARDED_BY(mutex_) = false;
  bool may_attach_ GUARDED_BY(mutex_) = false;
  bool stop_ GUARDED_BY(mutex_) = false;
  bool warned_ GUARDED_BY(mutex_) = false;
  std::unique_ptr<storage::Backend> backend_;  // of the thread
  std::thread thread_;
};

}  // namespace borealis::node

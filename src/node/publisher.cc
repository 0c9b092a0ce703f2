#include "node/publisher.h"

#include "base/log.h"
#include "node/volume.h"
#include "snapshot/files.h"

namespace borealis::node {

Publisher::Publisher(std::string volume, std::string state_path, const Clock& clock)
    : volume_(std::move(volume)),
      state_path_(std::move(state_path)),
      clock_(clock),
      thread_([this] { Loop(); }) {}

Publisher::~Publisher() {
  {
    MutexLock lock(mutex_);
    stop_ = true;
    wake_.NotifyAll();
  }
  thread_.join();
}

void Publisher::Set(const NodeStatus& status) {
  MutexLock lock(mutex_);
  status_ = status;
  changed_ = true;
  WriteState(status);
  wake_.NotifyAll();
}

void Publisher::AllowAttach() {
  MutexLock lock(mutex_);
  may_attach_ = true;
}

void Publisher::WriteState(NodeStatus status) {
  status.updated_us = clock_.WallUs();
  const Status written = snapshot::WriteFileAtomically(
      state_path_, AsBytes(EncodeNodeStatus(status)), snapshot::Durability::kProcess);
  if (!written.ok() && !warned_) LogWarning("state is not written: {}", written.message());
  warned_ = !written.ok();
}

void Publisher::PutHint(const NodeStatus& status) {
  const Status put = backend_->PutHint(HintName(status.name), AsBytes(EncodeNodeStatus(status)));
  if (put.ok()) return;
  LogWarning("state is not published in the volume: {}", put.message());
  backend_.reset();
}

void Publisher::Loop() {
  bool stop = false;
  while (!stop) {
    NodeStatus status;
    bool may_attach = false;
    {
      MutexLock lock(mutex_);
      if (!stop_ && !changed_) wake_.WaitFor(mutex_, kPublishMs * 1'000'000LL);
      stop = stop_;
      changed_ = false;
      if (status_.name.empty()) continue;  // nothing set yet
      status_.updated_us = clock_.WallUs();
      status = status_;
      WriteState(status);
      may_attach = may_attach_;
    }
    if (backend_ == nullptr && may_attach && !stop) {
      auto attached = AttachVolume(volume_);
      // The first one to attach would have to recover the log: that is a server's business.
      if (attached.ok() && !(*attached)->NeedsRecovery()) backend_ = std::move(attached).value();
    }
    if (backend_ != nullptr) PutHint(status);
  }
  backend_.reset();
}

}  // namespace borealis::node

// Provider: causal reads, pause, desync.
#include <cstring>

#include "base/log.h"
#include "provider/provider.h"

namespace borealis::provider {

namespace {
constexpr int64_t kNsPerS = 1'000'000'000;
}  // namespace

abi::Status Provider::SyncWait(const abi::Gtid* upto, int timeout_s, abi::Gtid* out) {
  replication::Replicator* replicator = this->replicator();
  if (replicator == nullptr) return abi::kConnFail;
  const int64_t timeout_ns =
      (timeout_s >= 0 ? timeout_s : int64_t{options().causal_timeout_s}) * kNsPerS;
  Seqno seqno;
  Status status;
  if (upto != nullptr) {
    if (std::memcmp(upto->uuid.data, volume_.bytes.data(), volume_.bytes.size()) != 0) {
      return abi::kTrxFail;
    }
    seqno = Seqno{upto->seqno};
    status = replicator->WaitFor(seqno, timeout_ns);
  } else {
    auto waited = replicator->CausalWait(timeout_ns);
    if (waited.ok()) seqno = *waited;
    status = waited.status();
  }
  if (!status.ok()) {
    LogDebug("causal read: {}", status.ToString());
    return status.code() == Code::kTimeout ? abi::kTrxFail : abi::kConnFail;
  }
  if (out != nullptr) {
    std::memcpy(out->uuid.data, volume_.bytes.data(), volume_.bytes.size());
    out->seqno = seqno.value;
  }
  return abi::kOk;
}

abi::Status Provider::LastCommitted(abi::Gtid* out) {
  replication::Replicator* replicator = this->replicator();
  Seqno seqno;
  if (replicator != nullptr) {
    seqno = replicator->last_finished();
  } else {
    MutexLock lock(mutex_);
    seqno = position_;
  }
  std::memcpy(out->uuid.data, volume_.bytes.data(), volume_.bytes.size());
  out->seqno = seqno.value;
  return abi::kOk;
}

int64_t Provider::Pause() {
  replication::Replicator* replicator = this->replicator();
  return replicator == nullptr ? abi::kSeqnoUndefined : replicator->Pause().value;
}

abi::Status Provider::Resume() {
  replication::Replicator* replicator = this->replicator();
  if (replicator == nullptr) return abi::kConnFail;
  replicator->Resume();
  return abi::kOk;
}

abi::Status Provider::Desync() {
  if (replicator() == nullptr) return abi::kConnFail;
  MutexLock lock(mutex_);
  ++desyncs_;
  state_ = LocalState::kDesynced;
  return abi::kOk;
}

// The server holds its state mutex here, so it is told of being synced by an applier, later.
abi::Status Provider::Resync() {
  replication::Replicator* replicator = this->replicator();
  if (replicator == nullptr) return abi::kConnFail;
  MutexLock lock(mutex_);
  if (desyncs_ == 0) return abi::kOk;
  if (--desyncs_ == 0) replicator->AnnounceSynced();
  return abi::kOk;
}

}  // namespace borealis::provider

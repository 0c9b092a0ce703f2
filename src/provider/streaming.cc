// Provider: how a streaming transaction ends that does not commit.
//
// The other nodes hold its locks until a rollback record tells them to let go. That record must be
// in the log before anything that this node commits after its own locks are gone: a later write-set
// of the same rows would wait on the other nodes for locks that nobody releases. So it is appended
// before the rollback here begins, and when that fails nothing else is appended before it.
#include "base/log.h"
#include "provider/provider.h"

namespace borealis::provider {

namespace {

// Nothing is wrong while the server is not connected: the record goes first when it is.
void SayNotYet(uint64_t trx_id, const Status& why) {
  const std::string text = fmt::format("the rollback of transaction {} is not in the log yet: {}",
                                       trx_id, why.ToString());
  if (why.code() == Code::kAborted) {
    LogInfo("{}", text);
  } else {
    LogWarning("{}", text);
  }
}

}  // namespace

// An error makes the server ask again before its next commit, and when it is synced.
abi::Status Provider::Rollback(uint64_t trx_id) {
  if (replicator() == nullptr) return abi::kConnFail;
  const std::shared_ptr<Transaction> trx = registry_.Find(trx_id);
  if (trx != nullptr) {
    const Seqno seqno = trx->seqno();
    Settle(trx->Rollback().effect, seqno);
    if (!trx->TakeRollback()) return abi::kOk;
  }
  const Status appended = TryAppendRollback(trx_id);
  if (appended.ok()) return abi::kOk;
  SayNotYet(trx_id, appended);
  if (trx != nullptr) trx->ReturnRollback();
  return abi::kConnFail;
}

void Provider::RollBackIfDue(Transaction& trx) {
  if (trx.TakeRollbackDue()) AppendRollback(trx.trx_id());
}

void Provider::AppendRollback(uint64_t trx_id) {
  const Status appended = TryAppendRollback(trx_id);
  if (appended.ok()) return;
  SayNotYet(trx_id, appended);
  MutexLock lock(rollbacks_mutex_);
  rollbacks_.push_back(trx_id);
  rollbacks_pending_ = true;
}

// False: one of them still can't be written.
bool Provider::FlushRollbacks() {
  if (!rollbacks_pending_.load()) return true;
  MutexLock lock(rollbacks_mutex_);
  while (!rollbacks_.empty()) {
    if (!TryAppendRollback(rollbacks_.back()).ok()) return false;
    rollbacks_.pop_back();
  }
  rollbacks_pending_ = false;
  return true;
}

// Nobody waits for its verdict: an applier carries it out, here as on the other nodes.
Status Provider::TryAppendRollback(uint64_t trx_id) {
  replication::Replicator* replicator = this->replicator();
  if (replicator == nullptr) return {Code::kAborted, "not connected"};
  Record record;
  record.type = RecordType::kFragmentRollback;
  record.last_seen = replicator->last_left();
  record.trx = trx_id;
  return replicator->Replicate(record, /*wants_verdict=*/false).status;
}

void Provider::NoteStream(const Record& record) {
  const bool fragment = record.type == RecordType::kFragment;
  if (!fragment && record.type != RecordType::kFragmentRollback) return;
  MutexLock lock(streams_mutex_);
  if (fragment && (record.flags & kFlagTrxEnd) == 0) {
    streams_.emplace(record.trx, record.source);
  } else {
    streams_.erase({record.trx, record.source});
  }
}

void Provider::ForgetStreamsOfOthers(const View& view) {
  MutexLock lock(streams_mutex_);
  std::erase_if(streams_, [&](const auto& stream) { return view.Find(stream.second) == nullptr; });
}

bool Provider::IsStreamOfAnother(uint64_t trx_id) {
  MutexLock lock(streams_mutex_);
  const auto found = streams_.lower_bound({trx_id, NodeId{}});
  return found != streams_.end() && found->first == trx_id;
}

}  // namespace borealis::provider

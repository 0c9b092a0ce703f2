// Provider: local transactions from their first key to their release.
#include "base/log.h"
#include "provider/outcome.h"
#include "provider/provider.h"

namespace borealis::provider {

using replication::Pipeline;

namespace {

Transaction* FromHandle(const abi::Handle& handle) {
  return static_cast<Transaction*>(handle.opaque);
}

}  // namespace

std::shared_ptr<Transaction> Provider::LocalTrx(abi::Handle& handle) {
  std::shared_ptr<Transaction> trx = registry_.Add(handle.trx_id);
  if (handle.opaque == nullptr) handle.opaque = trx.get();
  CHECK(handle.opaque == trx.get(), "transaction {} has another handle", handle.trx_id);
  return trx;
}

abi::Status Provider::AppendKeys(abi::Handle& handle, const abi::Key* keys, size_t count,
                                 KeyType type) {
  if (handle.opaque == nullptr) LocalTrx(handle);
  for (size_t i = 0; i < count; ++i) FromHandle(handle)->keys.Add(keys[i], type);
  return abi::kOk;
}

abi::Status Provider::AppendData(abi::Handle& handle, const abi::Buffer* data, size_t count) {
  if (handle.opaque == nullptr) LocalTrx(handle);
  Bytes& payload = FromHandle(handle)->payload;
  for (size_t i = 0; i < count; ++i) {
    const auto* bytes = static_cast<const std::byte*>(data[i].ptr);
    payload.insert(payload.end(), bytes, bytes + data[i].len);
  }
  return abi::kOk;
}

abi::Status Provider::Certify(uint64_t connection, abi::Handle& handle, uint32_t flags,
                              abi::TrxMeta& meta) {
  FillMeta(meta, Seqno::Undefined(), Seqno::Undefined(), NodeId{}, handle.trx_id, connection);
  replication::Replicator* replicator = this->replicator();
  if (replicator == nullptr || diverged_) return abi::kConnFail;
  constexpr uint32_t kWhole = abi::kFlagTrxStart | abi::kFlagTrxEnd;
  if ((flags & ~abi::kFlagParallelUnsafe) != kWhole) {
    LogWarning(
        "streaming replication is not supported by this provider (flags {:#x}): set "
        "wsrep_trx_fragment_size=0",
        flags);
    return abi::kNotAllowed;
  }
  const std::shared_ptr<Transaction> trx = LocalTrx(handle);
  if (trx->payload.size() > options().write_set_bytes_max) {
    LogWarning("a transaction of {} bytes is larger than write_set_bytes_max={}",
               trx->payload.size(), options().write_set_bytes_max);
    return abi::kSizeExceeded;
  }
  if (!replicator->WaitForRoom(trx->aborted()).ok() || !trx->StartReplicating()) {
    return abi::kTrxFail;
  }

  Record record;
  record.type = RecordType::kWriteSet;
  record.flags = kFlagTrxStart | kFlagTrxEnd;
  if ((flags & abi::kFlagParallelUnsafe) != 0) record.flags |= kFlagParallelUnsafe;
  record.last_seen = replicator->last_left();
  record.trx = handle.trx_id;
  record.connection = connection;
  record.keys = std::move(trx->keys.keys());
  record.payload = trx->payload;
  const replication::SubmitResult result = replicator->Replicate(record);
  if (!result.status.ok()) {
    trx->NotAppended();
    return NotAppended(result.status);
  }
  const bool commit = result.outcome.verdict == certification::Verdict::kCommit;
  FillMeta(meta, result.seqno, result.outcome.depends_on, replicator->self(), handle.trx_id,
           connection);
  trx->meta = meta;
  switch (trx->Certified(commit, result.seqno, result.outcome.depends_on)) {
    case TrxState::kCertified:
      return abi::kOk;
    case TrxState::kMustReplay:
      return abi::kBfAbort;
    default:
      return abi::kTrxFail;
  }
}

abi::Status Provider::NotAppended(const Status& why) {
  if (why.code() == Code::kAborted) return abi::kConnFail;
  LogError("commit refused, nothing of it is in the log: {}", why.ToString());
  return why.code() == Code::kInvalidArgument ? abi::kSizeExceeded : abi::kConnFail;
}

abi::Status Provider::EnterOrder(const abi::Handle& handle, const abi::TrxMeta& meta) {
  replication::Replicator* replicator = this->replicator();
  Transaction* trx = FromHandle(handle);
  if (replicator == nullptr || trx == nullptr) return abi::kConnFail;
  CHECK(trx->seqno().value == meta.gtid.seqno, "commit order of seqno {} with the handle of {}",
        meta.gtid.seqno, trx->seqno());
  const bool abortable = trx->local() && trx->state() != TrxState::kFailed;
  const Pipeline::Turn turn =
      replicator->EnterOrder(trx->seqno(), abortable ? &trx->aborted() : nullptr);
  if (turn == Pipeline::Turn::kAborted || !trx->StartCommitting()) {
    return abi::kBfAbort;
  }
  return abi::kOk;
}

abi::Status Provider::LeaveOrder(const abi::Handle& handle, const abi::TrxMeta& meta,
                                 const abi::Buffer* error) {
  replication::Replicator* replicator = this->replicator();
  Transaction* trx = FromHandle(handle);
  if (replicator == nullptr || trx == nullptr) return abi::kConnFail;
  if (!trx->local()) {
    const Status judged = JudgeApplied(*trx, error);
    if (!judged.ok() && !diverged_) {
      const Status reason = judged.WithContext(fmt::format("seqno {}", meta.gtid.seqno));
      if (judged.code() != Code::kInternal) Stop(reason);
      Diverged(trx->seqno(), OutcomeText(error), reason);
    }
  }
  barrier_.Pass();
  replicator->LeaveOrder(trx->seqno());
  trx->left_order = true;
  return abi::kOk;
}

abi::Status Provider::Release(abi::Handle& handle) {
  Transaction* trx = FromHandle(handle);
  if (trx == nullptr) return abi::kOk;
  CHECK(trx->local(), "release of a remote transaction");
  if (trx->left_order) {
    replication::Replicator* replicator = this->replicator();
    if (replicator != nullptr) replicator->Finish(trx->seqno());
  }
  handle.opaque = nullptr;
  registry_.Remove(trx->trx_id());
  return abi::kOk;
}

abi::Status Provider::Replay(const abi::Handle& handle, void* applier) {
  replication::Replicator* replicator = this->replicator();
  Transaction* trx = FromHandle(handle);
  if (replicator == nullptr || trx == nullptr) return abi::kConnFail;
  trx->StartReplaying();
  // Alone in front: nothing before it can want a lock that the replay takes.
  replicator->EnterOrder(trx->seqno(), nullptr);
  replicator->WaitFinished(trx->seqno().Previous());
  replicator->figures().replays.fetch_add(1);
  const abi::Buffer data{trx->payload.data(), trx->payload.size()};
  bool exit = false;
  const abi::CallbackStatus status = callbacks_.apply(
      applier, &handle, abi::kFlagTrxStart | abi::kFlagTrxEnd, &data, &trx->meta, &exit);
  if (status != abi::kCallbackOk) {
    Stop({Code::kInternal, fmt::format("replay of seqno {} failed", trx->seqno())});
  }
  return abi::kOk;
}

abi::Status Provider::AbortCertification(int64_t bf_seqno, uint64_t victim, int64_t* victim_seqno) {
  if (victim_seqno != nullptr) *victim_seqno = abi::kSeqnoUndefined;
  replication::Replicator* replicator = this->replicator();
  const std::shared_ptr<Transaction> trx = registry_.Find(victim);
  if (trx == nullptr || replicator == nullptr) return abi::kOk;
  Seqno wake;
  const Transaction::AbortResult result = trx->BfAbort(Seqno{bf_seqno}, &wake);
  LogDebug("brute-force abort of transaction {} (seqno {}) by seqno {}: {}, now {}", victim,
           trx->seqno(), bf_seqno,
           result == Transaction::AbortResult::kAborted ? "done" : "refused",
           TrxStateName(trx->state()));
  if (victim_seqno != nullptr) *victim_seqno = trx->seqno().value;
  if (result == Transaction::AbortResult::kRefused) return abi::kNotAllowed;
  replicator->figures().bf_aborts.fetch_add(1);
  if (wake.IsDefined()) replicator->WakeOrder(wake);
  replicator->WakeRoom();
  return abi::kOk;
}

}  // namespace borealis::provider

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
  Transaction& trx = *FromHandle(handle);
  const uint64_t bytes_max = options().write_set_bytes_max;
  for (size_t i = 0; i < count; ++i) {
    // Before it takes the memory. The server does not look at what this returns: certify refuses.
    if (trx.payload.size() + data[i].len > bytes_max) trx.oversized = true;
    if (trx.oversized) return abi::kSizeExceeded;
    trx.payload.Append({static_cast<const std::byte*>(data[i].ptr), data[i].len});
  }
  return abi::kOk;
}

// The record to append; what it carries leaves the transaction but for the payload.
Record Provider::TakeRecord(Transaction& trx, uint64_t connection, Seqno last_seen) {
  const bool starts = (trx.flags & abi::kFlagTrxStart) != 0;
  const bool ends = (trx.flags & abi::kFlagTrxEnd) != 0;
  Record record;
  record.type = starts && ends ? RecordType::kWriteSet : RecordType::kFragment;
  record.flags = (starts ? kFlagTrxStart : 0u) | (ends ? kFlagTrxEnd : 0u);
  // Dependencies that its keys do not tell of are those of everything before it.
  if ((trx.flags & (abi::kFlagParallelUnsafe | abi::kFlagImplicitDeps)) != 0) {
    record.flags |= kFlagParallelUnsafe;
  }
  record.last_seen = last_seen;
  record.trx = trx.trx_id();
  record.connection = connection;
  record.keys = std::move(trx.keys.keys());
  trx.keys = KeySet();
  record.payload = trx.payload.view();
  return record;
}

abi::Status Provider::Certify(uint64_t connection, abi::Handle& handle, uint32_t flags,
                              abi::TrxMeta& meta) {
  FillMeta(meta, Seqno::Undefined(), Seqno::Undefined(), NodeId{}, handle.trx_id, connection);
  replication::Replicator* replicator = this->replicator();
  if (replicator == nullptr || diverged_) return abi::kConnFail;
  if ((flags & ~abi::kFlagsCertified) != 0) {
    LogWarning("transaction {} asks for what this provider does not do (flags {:#x})",
               handle.trx_id, flags);
    return abi::kNotAllowed;
  }
  const std::shared_ptr<Transaction> trx = LocalTrx(handle);
  if (trx->oversized) {
    LogWarning("a transaction of more than write_set_bytes_max={} bytes is refused",
               options().write_set_bytes_max);
    return abi::kSizeExceeded;
  }
  const bool fragment = (flags & abi::kFlagTrxEnd) == 0;
  if (!FlushRollbacks()) return abi::kConnFail;
  const Status room = replicator->WaitForRoom(trx->aborted());
  if (room.code() == Code::kUnavailable) {
    LogWarning("commit refused: {}", room.message());
    return abi::kConnFail;
  }
  const bool go = room.ok() && disk_faults_.BeforeAppend(&trx->aborted()) &&
                  unanswered_.Begin(connection, &trx->aborted());
  if (!go || !trx->StartReplicating(fragment)) return abi::kTrxFail;
  trx->flags = flags;
  Record record = TakeRecord(*trx, connection, replicator->last_left());
  const replication::SubmitResult result = replicator->Replicate(record);
  if (fragment) trx->payload.Clear();  // the server keeps fragments itself
  if (!result.status.ok()) {
    trx->NotAppended();
    RollBackIfDue(*trx);
    return NotAppended(result.status);
  }
  const bool passed = result.outcome.verdict == certification::Verdict::kCommit;
  FillMeta(meta, result.seqno, result.outcome.depends_on, replicator->self(), handle.trx_id,
           connection);
  trx->meta = meta;
  const TrxStep step = trx->Certified(passed, result.seqno, result.outcome.depends_on);
  Settle(step.effect, result.seqno);
  RollBackIfDue(*trx);
  if (!passed) return abi::kTrxFail;
  const bool goes_on =
      step.next == TrxState::kCertified || step.next == TrxState::kFragmentCertified;
  return goes_on ? abi::kOk : abi::kBfAbort;
}

// What a step left to be done with a place in commit order.
void Provider::Settle(TrxEffect effect, Seqno seqno) {
  replication::Replicator* replicator = this->replicator();
  if (replicator == nullptr) return;
  switch (effect) {
    case TrxEffect::kNone:
      break;
    case TrxEffect::kSkip:
      replicator->SkipOrder(seqno);
      break;
    case TrxEffect::kLeaveAndFinish:
      replicator->LeaveOrder(seqno);
      [[fallthrough]];
    case TrxEffect::kFinish:
      replicator->Finish(seqno);
      break;
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
  if (trx->early()) return EnterOrderEarly(*trx);
  const bool abortable = trx->local() && trx->state() != TrxState::kFailed;
  replicator->EnterOrder(trx->seqno(), abortable ? &trx->aborted() : nullptr);
  const TrxStep step = trx->Enter();
  if (step.answer == TrxAnswer::kYes) return abi::kOk;
  Settle(step.effect, Seqno{meta.gtid.seqno});
  RollBackIfDue(*trx);
  return abi::kBfAbort;
}

abi::Status Provider::LeaveOrder(const abi::Handle& handle, const abi::TrxMeta& meta,
                                 const abi::Buffer* error) {
  replication::Replicator* replicator = this->replicator();
  Transaction* trx = FromHandle(handle);
  if (replicator == nullptr || trx == nullptr) return abi::kConnFail;
  if (!trx->local()) {
    if (GiveWayAfterError(*trx, error)) return abi::kOk;
    const Status judged = JudgeApplied(*trx, error);
    if (!judged.ok() && !diverged_) {
      const Status reason = judged.WithContext(fmt::format("seqno {}", meta.gtid.seqno));
      if (judged.code() != Code::kInternal) Stop(reason);
      Diverged(trx->seqno(), OutcomeText(error), reason);
    }
  }
  barrier_.Pass();
  trx->Leave();
  replicator->LeaveOrder(trx->seqno());
  return abi::kOk;
}

// Ends a fragment or the transaction.
abi::Status Provider::Release(abi::Handle& handle) {
  Transaction* trx = FromHandle(handle);
  if (trx == nullptr) return abi::kOk;
  CHECK(trx->local(), "release of a remote transaction");
  const Seqno seqno = trx->seqno();
  const TrxStep step = trx->Release();
  Settle(step.effect, seqno);
  RollBackIfDue(*trx);
  if (step.next != TrxState::kGone) return abi::kOk;
  if (trx->open_elsewhere() && trx->TakeRollback()) {
    // As the server does when a statement in isolation ends the transaction.
    LogInfo("transaction {} ended here alone; the other nodes are told", trx->trx_id());
    AppendRollback(trx->trx_id());
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
  const ByteView payload = trx->payload.view();
  const abi::Buffer data{payload.data(), payload.size()};
  bool exit = false;
  const abi::CallbackStatus status =
      callbacks_.apply(applier, &handle, trx->flags, &data, &trx->meta, &exit);
  if (status != abi::kCallbackOk) {
    StopAt(trx->seqno(), {Code::kInternal, fmt::format("replay of seqno {} failed", trx->seqno())});
  }
  return abi::kOk;
}

abi::Status Provider::AbortCertification(int64_t bf_seqno, uint64_t victim, int64_t* victim_seqno) {
  if (victim_seqno != nullptr) *victim_seqno = abi::kSeqnoUndefined;
  replication::Replicator* replicator = this->replicator();
  const std::shared_ptr<Transaction> trx = registry_.Find(victim);
  if (trx == nullptr || replicator == nullptr) return abi::kOk;
  const bool isolated = bf_seqno != abi::kSeqnoUndefined && bf_seqno == isolated_seqno_.load();
  Seqno wake;
  const TrxStep step = trx->BfAbort(Seqno{bf_seqno}, isolated, &wake);
  const bool aborted = step.answer == TrxAnswer::kYes;
  LogDebug("brute-force abort of transaction {} (seqno {}) by seqno {}: {}, now {}", victim,
           trx->seqno(), bf_seqno, aborted ? "done" : "refused", TrxStateName(step.next));
  if (victim_seqno != nullptr) *victim_seqno = trx->seqno().value;
  // The server names a victim by its number alone, which is that of its own node: what a statement
  // in isolation wants may be the stream of another node. A local one of the same number then has a
  // needless abort, but the statement must not be told no.
  if (!aborted) return IsStreamOfAnother(victim) ? abi::kOk : abi::kNotAllowed;
  replicator->figures().bf_aborts.fetch_add(1);
  if (wake.IsDefined()) replicator->WakeOrder(wake);
  replicator->WakeRoom();
  disk_faults_.Wake();
  unanswered_.Wake();
  RollBackIfDue(*trx);
  return abi::kOk;
}

}  // namespace borealis::provider

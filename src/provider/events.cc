// Provider: what replication asks of the server.
#include <unistd.h>

#include <csignal>

#include "base/clock.h"
#include "base/log.h"
#include "provider/outcome.h"
#include "provider/provider.h"

namespace borealis::provider {

using replication::Action;
using replication::ApplyItem;

namespace {

// A statement that its origin refuses is refused soon. One that takes longer is run here meanwhile.
constexpr int64_t kOutcomeWaitNs = 1'000'000'000;

// What an applier tells the server to do with a record.
uint32_t ApplyFlags(const Record& record) {
  if (record.type == RecordType::kFragmentRollback) {
    return abi::kFlagRollback | abi::kFlagParallelUnsafe;
  }
  uint32_t flags = 0;
  if ((record.flags & kFlagTrxStart) != 0) flags |= abi::kFlagTrxStart;
  if ((record.flags & kFlagTrxEnd) != 0) flags |= abi::kFlagTrxEnd;
  if ((record.flags & kFlagParallelUnsafe) != 0) flags |= abi::kFlagParallelUnsafe;
  return flags;
}

}  // namespace

Status Provider::Apply(ApplyItem& item, void* applier, bool* exit) {
  Status status = ApplyRecord(item, applier, exit);
  if (!status.ok()) StopAt(item.seqno, status);
  return status;
}

Status Provider::ApplyRecord(ApplyItem& item, void* applier, bool* exit) {
  held_sources_.Await(item.record.source);
  // Where the data differ, what follows need not apply: it only has to pass.
  const bool dummy = item.action == Action::kDummy || diverged_;
  if (item.record.type == RecordType::kIsolated && !dummy) {
    return ApplyIsolated(item, applier, exit);
  }
  Transaction trx(item);
  if (item.action == Action::kApply && !dummy) NoteStream(item.record);
  if (!dummy) trx.NoteEarly(item);
  const uint32_t flags = dummy ? abi::kFlagTrxStart | abi::kFlagRollback : ApplyFlags(item.record);
  return CallApply(item, trx, flags, applier, exit);
}

// Its effect may persist before its seqno does: the cache can't be trusted if we die in between.
// What its origin refused as a whole is not run, and this node votes as if it had refused it, too:
// one that ran it before it knew must learn that it differs.
Status Provider::ApplyIsolated(ApplyItem& item, void* applier, bool* exit) {
  const auto outcome = replicator()->AwaitOutcome(item.seqno, item.record.source, kOutcomeWaitNs);
  if (outcome.has_value() && RefusedBeforeAnyEffect(*outcome)) {
    item.action = Action::kDummy;
    RETURN_IF_ERROR(ApplyRecord(item, applier, exit));
    return replicator()->JudgeOutcome(item.seqno, *outcome);
  }
  Transaction trx(item);
  Status marked = cache_.BeginUnsafe(item.seqno);
  if (!marked.ok() && !diverged_) return marked;
  isolated_seqno_ = item.seqno.value;
  RETURN_IF_ERROR(CallApply(item, trx, abi::kFlagTrxStart | abi::kFlagTrxEnd | abi::kFlagIsolation,
                            applier, exit));
  isolated_seqno_ = abi::kSeqnoUndefined;
  cache_.EndUnsafe(item.seqno);
  return Status::Ok();
}

Status Provider::CallApply(ApplyItem& item, Transaction& trx, uint32_t flags, void* applier,
                           bool* exit) {
  Bytes loaded;
  ByteView payload = item.record.payload;
  const bool here = item.record.backing != nullptr && (item.record.flags & kFlagChunked) == 0;
  const bool dummy = (flags & abi::kFlagRollback) != 0;
  if (!here && !dummy) {
    ASSIGN_OR_RETURN(loaded, replicator()->LoadPayload(item));
    payload = loaded;
  }
  if (dummy) payload = {};
  const ApplyCall call{item.record, flags, payload, applier, exit};
  Status status = CallServer(trx, call);
  if (trx.gave_way()) status = ApplyAgain(item, call);
  if (trx.marked && status.ok()) cache_.EndUnsafe(item.seqno);
  return status;
}

Status Provider::CallServer(Transaction& trx, const ApplyCall& call) {
  abi::TrxMeta meta;
  FillMeta(meta, trx.seqno(), trx.depends_on(), call.record.source, call.record.trx,
           call.record.connection);
  const abi::Handle handle{call.record.trx, &trx};
  const abi::Buffer data{call.payload.data(), call.payload.size()};
  trx.started_ns = SystemClock().MonotonicNs();
  const abi::CallbackStatus status =
      callbacks_.apply(call.applier, &handle, call.flags, &data, &meta, call.exit);
  if (trx.gave_way()) return Status::Ok();
  if (status != abi::kCallbackOk) {
    return {Code::kInternal, fmt::format("applying seqno {} failed", trx.seqno())};
  }
  CHECK(trx.state() == TrxState::kOrdered, "seqno {} was applied without passing commit order",
        trx.seqno());
  return Status::Ok();
}

Status Provider::ViewChanged(const ApplyItem& item, void* applier) {
  const NodeId self = replicator()->self();
  const bool member = item.view.Find(self) != nullptr;
  const bool joined = state_.load() != LocalState::kJoining;
  if (joined && !member) return Status::Ok();  // the own departure: Closed() follows
  RETURN_IF_ERROR(DeliverView(NeverEmpty(item.view), applier, ViewUse::kServe));
  ForgetStreamsOfOthers(item.view);
  if (!joined && member) {
    state_ = LocalState::kJoined;
    replicator()->AnnounceSynced();
  }
  return Status::Ok();
}

void Provider::Synced() {
  MutexLock telling(telling_mutex_);
  if (replicator()->behind()) return;  // fell behind meanwhile; told when it has caught up
  {
    MutexLock lock(mutex_);
    if (desyncs_ > 0) return;  // asked for meanwhile; told when that is taken back
    const LocalState state = state_;
    if (state == LocalState::kJoined || state == LocalState::kDesynced) {
      state_ = LocalState::kSynced;
    }
  }
  if (callbacks_.synced(callbacks_.app) != abi::kCallbackOk) {
    LogError("the server did not take notice of being synced");
  }
}

// A server whose view has no majority serves nobody (1047) and goes on applying; Synced() ends
// that. It is not shown the same view again after that: it would take it for a cluster that fell
// apart in between, and roll back every streaming transaction on this node alone.
bool Provider::Behind() {
  if (!telling_mutex_.TryLock()) return false;
  const bool told = TellBehind();
  telling_mutex_.Unlock();
  return told;
}

bool Provider::TellBehind() {
  {
    MutexLock lock(mutex_);
    if (desyncs_ > 0) return false;  // its operator has taken it out of service
    const LocalState state = state_;
    if (state == LocalState::kSynced || state == LocalState::kDesynced) {
      state_ = LocalState::kJoined;
    }
  }
  const Status status = TellView(server_view_, nullptr, ViewUse::kBehind);
  if (!status.ok()) LogError("the server was not told that it is behind: {}", status.ToString());
  return true;
}

void Provider::Closed(void* applier) {
  View nobody;
  {
    MutexLock lock(mutex_);
    position_ = replicator()->last_finished();
    position_volume_ = volume_;
    nobody.seqno = position_;
  }
  const Status status = DeliverView(nobody, applier, ViewUse::kFinal);
  if (!status.ok()) LogWarning("{}", status.ToString());
  current_ = nullptr;
  state_ = LocalState::kInitialized;
}

void Provider::Diverged(Seqno seqno, const std::string& own, const Status& reason) {
  replication::Replicator* replicator = this->replicator();
  if (options().supervised || replicator == nullptr) StopAt(seqno, reason);
  if (diverged_.exchange(true)) return;
  cache_.MarkInconsistent(seqno, reason.message());
  // In the words that operators and their tools know for it.
  const std::string gtid = fmt::format("{}:{}", volume_.ToString(), seqno);
  const std::string words =
      own.empty()
          ? fmt::format("Vote 0 (success) on {} is inconsistent with group. Leaving cluster.", gtid)
          : fmt::format("Inconsistency detected: Inconsistent by consensus on {}", gtid);
  if (callbacks_.log != nullptr) callbacks_.log(abi::kLogError, words.c_str());
  LogInfo("this server leaves the cluster, its next start restores its data: {}", reason.message());
  // Not here: this thread may hold what the departure waits for.
  MutexLock lock(mutex_);
  leaving_ = std::thread([replicator] { replicator->Close(); });
}

// Dying hard is the safe way out: no lock is taken, no callback runs, nothing else is acknowledged.
// What is in the log stays, and the cache is either still a prefix of it or marked.
void Provider::Stop(const Status& reason) { StopAt(Seqno::Undefined(), reason); }

void Provider::StopAt(Seqno seqno, const Status& reason) {
  if (reason.code() == Code::kInternal) {
    cache_.MarkInconsistent(seqno, reason.message());
    LogError("this server's data differs from the log and will be rebuilt: {}", reason.message());
  } else {
    LogError("this server stops: {}", reason.message());
  }
  kill(getpid(), SIGKILL);
  while (true) ::pause();
}

}  // namespace borealis::provider

// Provider: statements that run alone in total order on every node (DDL, TOI).
#include "base/log.h"
#include "provider/outcome.h"
#include "provider/provider.h"

namespace borealis::provider {

abi::Status Provider::IsolationStart(uint64_t connection, const abi::Key* keys, size_t keys_num,
                                     const abi::Buffer* action, size_t count, uint32_t flags,
                                     abi::TrxMeta& meta) {
  FillMeta(meta, Seqno::Undefined(), Seqno::Undefined(), NodeId{}, 0, connection);
  replication::Replicator* replicator = this->replicator();
  if (replicator == nullptr || diverged_) return abi::kConnFail;
  constexpr uint32_t kWhole = abi::kFlagTrxStart | abi::kFlagTrxEnd;
  if ((flags & kWhole) != kWhole) {
    LogWarning("two-phase isolation (NBO) is not supported: set wsrep_OSU_method=TOI");
    return abi::kNotAllowed;
  }
  // It would have to wait for all that is unread, and could not be interrupted.
  if (replicator->unread()) {
    LogWarning("statement refused: this server is too far behind the log");
    return abi::kConnFail;
  }
  KeySet claims;
  for (size_t i = 0; i < keys_num; ++i) claims.Add(keys[i], KeyType::kExclusive);
  Bytes payload;
  for (size_t i = 0; i < count; ++i) {
    const auto* bytes = static_cast<const std::byte*>(action[i].ptr);
    payload.insert(payload.end(), bytes, bytes + action[i].len);
  }
  disk_faults_.BeforeAppend(nullptr);
  unanswered_.Begin(connection, nullptr);
  Record record;
  record.type = RecordType::kIsolated;
  record.flags = kFlagTrxStart | kFlagTrxEnd | kFlagParallelUnsafe;
  record.last_seen = replicator->last_left();
  record.connection = connection;
  record.keys = std::move(claims.keys());
  record.payload = payload;
  const replication::SubmitResult result = replicator->Replicate(record);
  if (!result.status.ok()) return NotAppended(result.status);

  FillMeta(meta, result.seqno, result.outcome.depends_on, replicator->self(), 0, connection);
  replicator->WaitFinished(result.seqno.Previous());
  replicator->EnterOrder(result.seqno, nullptr);
  if (result.outcome.verdict != certification::Verdict::kCommit) {
    // Not a member any more: the statement runs nowhere, this node is about to stop.
    replicator->LeaveOrder(result.seqno);
    replicator->Finish(result.seqno);
    FillMeta(meta, Seqno::Undefined(), Seqno::Undefined(), NodeId{}, 0, connection);
    return abi::kConnFail;
  }
  const Status marked = cache_.BeginUnsafe(result.seqno);
  if (!marked.ok() && !diverged_)
    Stop(marked.WithContext("the statement is in the log and can't be run here"));
  isolated_seqno_ = result.seqno.value;
  MutexLock lock(isolation_mutex_);
  const bool first = isolated_.emplace(connection, Isolated{result.seqno, replicator}).second;
  CHECK(first, "connection {} is in isolation already", connection);
  return abi::kOk;
}

abi::Status Provider::IsolationEnd(uint64_t connection, const abi::Buffer* error) {
  Isolated isolated;
  {
    MutexLock lock(isolation_mutex_);
    const auto found = isolated_.find(connection);
    if (found == isolated_.end()) return abi::kConnFail;
    isolated = found->second;
    isolated_.erase(found);
  }
  isolated_seqno_ = abi::kSeqnoUndefined;
  isolated.replicator->RecordOutcome(isolated.seqno, OutcomeText(error));
  cache_.EndUnsafe(isolated.seqno);  // before the next one may begin
  isolated.replicator->LeaveOrder(isolated.seqno);
  isolated.replicator->Finish(isolated.seqno);
  return abi::kOk;
}

Status Provider::JudgeApplied(const Transaction& trx, const abi::Buffer* error) {
  const std::string text = OutcomeText(error);
  if (trx.isolated()) {
    return replicator()->JudgeOutcome(trx.seqno(), text);
  }
  if (text.empty()) return Status::Ok();
  return {Code::kInternal,
          fmt::format("a row change of another node does not apply here: {}", text)};
}

}  // namespace borealis::provider

// Provider: statements that run alone in total order on every node (DDL, TOI).
//
// A session may come here with locks on tables that an earlier statement, of another node, has to
// change (CREATE VIEW opens its tables first). The server then asks the session to end, but one
// whose statement is in the log can't: it would run everywhere else. So a statement is appended
// when every earlier one that is known has finished here, and it counts only if there was no other
// in between (kFlagKnowsIsolated); until then its session can give way, and nothing has happened.
// DROP TRIGGER has to give way, too, when its trigger is gone or elsewhere by then
// (dropped_trigger.h).
#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include "base/clock.h"
#include "base/log.h"
#include "provider/dropped_trigger.h"
#include "provider/outcome.h"
#include "provider/provider.h"
#include "provider/session_state.h"

namespace borealis::provider {

using certification::Verdict;

namespace {
constexpr int64_t kLookNs = 10'000'000;  // at what the server wants of the session
// Where another member's statement has lost against ours within the one, its next attempt gets a
// head start of the other: who makes one change after the other would always be first.
constexpr int64_t kLostRecentlyNs = 1'000'000'000;
constexpr int64_t kHeadStartNs = 100'000'000;

// Until the newest isolated statement that is known now has finished here.
void AwaitIsolated(replication::Replicator& replicator) {
  const Seqno newest = replicator.newest_isolated();
  while (!replicator.WaitFor(newest, kLookNs).ok() && !SessionAskedToEnd()) {
  }
}

// Whether what DROP TRIGGER looked up is true still; of any other statement: yes. The table is the
// one among the keys.
std::function<bool()> LookUp(const std::string& directory, const abi::Key* keys, size_t count) {
  const auto trigger = DroppedTrigger(SessionStatement());
  const auto text = [](const abi::Buffer& part) {
    return std::string(static_cast<const char*>(part.ptr), part.len);
  };
  for (size_t i = 0; i < count && trigger; ++i) {
    if (keys[i].parts_num < 2) continue;
    return [&directory, trigger = *trigger, database = text(keys[i].parts[0]),
            table = text(keys[i].parts[1])] {
      return IsTriggerOn(directory, database, trigger, table);
    };
  }
  return [] { return true; };
}

// True: there was a reason to.
bool GiveHeadStart(const replication::Replicator& replicator) {
  const Clock& clock = SystemClock();
  const int64_t begin_ns = clock.MonotonicNs();
  const int64_t lost_ns = replicator.lost_isolated_ns();
  if (lost_ns == 0 || begin_ns - lost_ns > kLostRecentlyNs) return false;
  const Seqno newest = replicator.newest_isolated();
  while (replicator.newest_isolated() == newest && !SessionAskedToEnd() &&
         clock.MonotonicNs() - begin_ns < kHeadStartNs) {
    // Short, and only where nodes change definitions at the same time: nobody is told of it.
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}
}  // namespace

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
  Bytes payload;
  for (size_t i = 0; i < count; ++i) {
    const auto* bytes = static_cast<const std::byte*>(action[i].ptr);
    payload.insert(payload.end(), bytes, bytes + action[i].len);
  }
  if (!MayDefine(keys, keys_num, payload)) return abi::kNotAllowed;
  KeySet claims;
  for (size_t i = 0; i < keys_num; ++i) claims.Add(keys[i], KeyType::kExclusive);
  disk_faults_.BeforeAppend(nullptr);
  unanswered_.Begin(connection, nullptr);
  Record record;
  record.type = RecordType::kIsolated;
  record.flags = kFlagTrxStart | kFlagTrxEnd | kFlagParallelUnsafe | kFlagKnowsIsolated;
  record.connection = connection;
  record.keys = std::move(claims.keys());
  record.payload = payload;
  const auto appended =
      AppendIsolated(*replicator, record, LookUp(cache_.directory(), keys, keys_num));
  // Not as a failed certification, after which the server lets 0.3 s pass with its locks held.
  if (!appended) return abi::kBfAbort;
  const replication::SubmitResult& result = *appended;
  if (!result.status.ok()) return NotAppended(result.status);
  // Not a member any more: the statement runs nowhere, this node is about to stop.
  if (result.outcome.verdict != Verdict::kCommit) return abi::kConnFail;

  // No other statement is between: what is waited for needs no lock of this session.
  FillMeta(meta, result.seqno, result.outcome.depends_on, replicator->self(), 0, connection);
  replicator->WaitFinished(result.seqno.Previous());
  replicator->EnterOrder(result.seqno, nullptr);
  const Status marked = cache_.BeginUnsafe(result.seqno);
  if (!marked.ok() && !diverged_) {
    Stop(marked.WithContext("the statement is in the log and can't be run here"));
  }
  isolated_seqno_ = result.seqno.value;
  MutexLock lock(isolation_mutex_);
  const bool first = isolated_.emplace(connection, Isolated{result.seqno, replicator}).second;
  CHECK(first, "connection {} is in isolation already", connection);
  return abi::kOk;
}

std::optional<replication::SubmitResult> Provider::AppendIsolated(
    replication::Replicator& replicator, const Record& statement,
    const std::function<bool()>& still_true) {
  const auto ticket = BeginAppendIsolated();
  if (!ticket) return std::nullopt;
  std::optional<replication::SubmitResult> result;
  do {
    const bool lost = result.has_value();
    result.reset();
    AwaitIsolated(replicator);
    if (!lost && GiveHeadStart(replicator)) AwaitIsolated(replicator);
    if (SessionAskedToEnd() || !still_true()) break;
    Record record = statement;
    record.last_seen = replicator.last_left();
    result = replicator.Replicate(record);
  } while (result->status.ok() && result->outcome.verdict == Verdict::kConflict);
  MutexLock lock(isolation_mutex_);
  isolated_queue_.erase(*ticket);
  isolated_appended_.NotifyAll();
  return result;
}

std::optional<uint64_t> Provider::BeginAppendIsolated() {
  MutexLock lock(isolation_mutex_);
  const uint64_t ticket = ++isolated_tickets_;
  isolated_queue_.insert(ticket);
  while (*isolated_queue_.begin() != ticket) {
    if (SessionAskedToEnd()) {
      isolated_queue_.erase(ticket);
      return std::nullopt;
    }
    isolated_appended_.WaitFor(isolation_mutex_, kLookNs);
  }
  return ticket;
}

// The plugin knows who asks, and what ordinary users may not.
bool Provider::MayDefine(const abi::Key* keys, size_t keys_num, ByteView events) {
  const faults::DefinitionGuard guard = definition_guard_;
  if (guard == nullptr) return true;
  std::vector<faults::DefinedName> names;
  for (size_t i = 0; i < keys_num; ++i) {
    const abi::Key& key = keys[i];
    if (key.parts_num == 0) continue;
    const bool table = key.parts_num > 1;
    names.push_back({static_cast<const char*>(key.parts[0].ptr), key.parts[0].len,
                     table ? static_cast<const char*>(key.parts[1].ptr) : nullptr,
                     table ? key.parts[1].len : 0});
  }
  return guard(names.data(), names.size(), events.data(), events.size());
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
  cache_.EndUnsafe(isolated.seqno);                 // before the next one may begin
  isolated.replicator->LeaveOrder(isolated.seqno);  // what follows need not wait for the rest
  isolated.replicator->FinishIsolated(isolated.seqno, OutcomeText(error));
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

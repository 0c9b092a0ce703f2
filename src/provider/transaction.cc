#include "provider/transaction.h"

#include <algorithm>
#include <utility>

#include "replication/apply_item.h"

namespace borealis::provider {
namespace {

constexpr size_t kLinearKeysMax = 16;  // below it, looking through them all is faster than a map
constexpr size_t kKeyPartsMax = 8;

}  // namespace

void KeySet::Add(const abi::Key& key, KeyType type) {
  CHECK(key.parts_num <= kKeyPartsMax, "a key of {} parts", key.parts_num);
  std::array<ByteView, kKeyPartsMax> parts;
  for (size_t i = 0; i < key.parts_num; ++i) {
    parts[i] = {static_cast<const std::byte*>(key.parts[i].ptr), key.parts[i].len};
  }
  const std::span<const ByteView> path(parts.data(), key.parts_num);
  if (path.empty()) return;
  // Rows of one table come in a row: their common prefixes are claimed once.
  const uint64_t prefix = HashKeyPath(path.first(path.size() - 1));
  if (prefix != last_prefix_) {
    for (size_t n = 1; n < path.size(); ++n) Claim(HashKeyPath(path.first(n)), KeyType::kShared);
    last_prefix_ = prefix;
  }
  Claim(HashKeyPath(path), type);
}

void KeySet::Claim(uint64_t hash, KeyType type) {
  size_t at = keys_.size();
  if (index_.empty()) {
    const auto found = std::find_if(keys_.begin(), keys_.end(),
                                    [hash](const Key& key) { return key.hash == hash; });
    at = static_cast<size_t>(found - keys_.begin());
  } else if (const auto found = index_.find(hash); found != index_.end()) {
    at = found->second;
  }
  if (at < keys_.size()) {
    keys_[at].type = std::max(keys_[at].type, type);
    return;
  }
  keys_.push_back({hash, type});
  if (!index_.empty()) {
    index_.emplace(hash, at);
  } else if (keys_.size() > kLinearKeysMax) {
    for (size_t i = 0; i < keys_.size(); ++i) index_.emplace(keys_[i].hash, i);
  }
}

Transaction::Transaction(const replication::ApplyItem& item)
    : trx_id_(item.record.trx),
      local_(false),
      isolated_(item.record.type == RecordType::kIsolated &&
                item.action == replication::Action::kApply),
      source_(item.record.source),
      depends_on_(item.depends_on),
      seqno_(item.seqno.value),
      state_(TrxState::kCertified) {}

void Transaction::NoteEarly(const replication::ApplyItem& item) {
  constexpr uint32_t kWhole = kFlagTrxStart | kFlagTrxEnd;
  early_ = item.record.type == RecordType::kWriteSet && (item.record.flags & kWhole) == kWhole &&
           item.depends_on < item.seqno.Previous();
}

void Transaction::GiveWay() {
  CHECK(!local_ && early_ && !gave_way_, "seqno {} gives way", Seqno{seqno_.load()});
  MutexLock lock(mutex_);
  Take(TrxEvent::kGiveWay);
  gave_way_ = true;
}

TrxStep Transaction::Take(TrxEvent event) {
  const TrxStep step = StepOf(state_, event);
  CHECK(step.answer != TrxAnswer::kNever, "{} of transaction {} (seqno {}) in state {}",
        TrxEventName(event), trx_id_, Seqno{seqno_.load()}, TrxStateName(state_));
  state_ = step.next;
  return step;
}

bool Transaction::StartReplicating(bool fragment) {
  MutexLock lock(mutex_);
  return Take(fragment ? TrxEvent::kReplicateFragment : TrxEvent::kReplicate).answer ==
         TrxAnswer::kYes;
}

void Transaction::NotAppended() {
  MutexLock lock(mutex_);
  Take(TrxEvent::kNotAppended);
}

TrxStep Transaction::Certified(bool passed, Seqno seqno, Seqno depends_on) {
  MutexLock lock(mutex_);
  const bool fragment = state_ == TrxState::kFragment || state_ == TrxState::kFragmentAborted;
  const TrxStep step = Take(passed ? TrxEvent::kPassed : TrxEvent::kRejected);
  if (passed) open_elsewhere_ = fragment;  // the last fragment closes it
  if (passed || !fragment) seqno_ = seqno.value;
  depends_on_ = depends_on;
  // It passes commit order like any other.
  if (state_ == TrxState::kFailed) aborted_ = false;
  return step;
}

TrxStep Transaction::Enter() {
  MutexLock lock(mutex_);
  return Take(TrxEvent::kEnter);
}

void Transaction::Leave() {
  MutexLock lock(mutex_);
  Take(TrxEvent::kLeave);
}

void Transaction::StartReplaying() {
  MutexLock lock(mutex_);
  Take(TrxEvent::kReplay);
  aborted_ = false;
}

TrxStep Transaction::Release() {
  MutexLock lock(mutex_);
  const TrxStep step = Take(TrxEvent::kRelease);
  if (state_ != TrxState::kGone) {
    seqno_ = Seqno::Undefined().value;  // the next fragment has its own
  }
  return step;
}

TrxStep Transaction::BfAbort(Seqno bf_seqno, bool isolated, Seqno* wake) {
  MutexLock lock(mutex_);
  *wake = Seqno::Undefined();
  const Seqno own{seqno_.load()};
  const bool later = own.IsDefined() && bf_seqno.IsDefined() && own < bf_seqno;
  const TrxStep step = Take(later ? TrxEvent::kAbortByLater : TrxEvent::kAbortByEarlier);
  if (step.answer == TrxAnswer::kNo) return step;
  aborted_ = true;
  rollback_due_ |= isolated;
  *wake = own;
  return step;
}

TrxStep Transaction::Rollback() {
  MutexLock lock(mutex_);
  return Take(TrxEvent::kRollback);
}

bool Transaction::TakeRollback() {
  MutexLock lock(mutex_);
  return !std::exchange(rollback_taken_, true);
}

bool Transaction::TakeRollbackDue() {
  MutexLock lock(mutex_);
  const bool lost = state_ == TrxState::kMustAbort || state_ == TrxState::kFailed;
  if (!rollback_due_ || !open_elsewhere_ || !lost) return false;
  return !std::exchange(rollback_taken_, true);
}

void Transaction::ReturnRollback() {
  MutexLock lock(mutex_);
  rollback_taken_ = false;
}

bool Transaction::open_elsewhere() const {
  MutexLock lock(mutex_);
  return open_elsewhere_ && !rollback_taken_;
}

TrxState Transaction::state() const {
  MutexLock lock(mutex_);
  return state_;
}

std::shared_ptr<Transaction> TransactionRegistry::Add(uint64_t trx_id) {
  Shard& shard = ShardOf(trx_id);
  MutexLock lock(shard.mutex);
  auto& place = shard.map[trx_id];
  if (place == nullptr) place = std::make_shared<Transaction>(trx_id);
  return place;
}

std::shared_ptr<Transaction> TransactionRegistry::Find(uint64_t trx_id) {
  Shard& shard = ShardOf(trx_id);
  MutexLock lock(shard.mutex);
  const auto found = shard.map.find(trx_id);
  return found == shard.map.end() ? nullptr : found->second;
}

void TransactionRegistry::Remove(uint64_t trx_id) {
  Shard& shard = ShardOf(trx_id);
  MutexLock lock(shard.mutex);
  shard.map.erase(trx_id);
}

size_t TransactionRegistry::size() {
  size_t n = 0;
  for (Shard& shard : shards_) {
    MutexLock lock(shard.mutex);
    n += shard.map.size();
  }
  return n;
}

}  // namespace borealis::provider

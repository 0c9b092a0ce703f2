#include "provider/transaction.h"

#include <algorithm>

#include "replication/apply_item.h"

namespace borealis::provider {
namespace {

constexpr size_t kLinearKeysMax = 16;  // below it, looking through them all is faster than a map
constexpr size_t kKeyPartsMax = 8;

}  // namespace

const char* TrxStateName(TrxState state) {
  switch (state) {
    case TrxState::kExecuting:
      return "executing";
    case TrxState::kReplicating:
      return "replicating";
    case TrxState::kCertified:
      return "certified";
    case TrxState::kFailed:
      return "failed";
    case TrxState::kMustAbort:
      return "must-abort";
    case TrxState::kMustReplay:
      return "must-replay";
    case TrxState::kReplaying:
      return "replaying";
    case TrxState::kCommitting:
      return "committing";
  }
  return "?";
}

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
      isolated_(item.record.type == RecordType::kIsolated),
      source_(item.record.source),
      depends_on_(item.depends_on),
      seqno_(item.seqno.value),
      state_(TrxState::kCertified) {}

bool Transaction::StartReplicating() {
  MutexLock lock(mutex_);
  if (state_ == TrxState::kMustAbort) return false;
  CHECK(state_ == TrxState::kExecuting, "certify in state {}", TrxStateName(state_));
  state_ = TrxState::kReplicating;
  return true;
}

void Transaction::NotAppended() {
  MutexLock lock(mutex_);
  CHECK(state_ == TrxState::kReplicating);
  state_ = TrxState::kMustAbort;
}

TrxState Transaction::Certified(bool commit, Seqno seqno, Seqno depends_on) {
  MutexLock lock(mutex_);
  CHECK(state_ == TrxState::kReplicating, "a verdict in state {}", TrxStateName(state_));
  seqno_ = seqno.value;
  depends_on_ = depends_on;
  if (!commit) {
    state_ = TrxState::kFailed;
    aborted_ = false;  // it passes commit order like any other
  } else {
    state_ = aborted_.load() ? TrxState::kMustReplay : TrxState::kCertified;
  }
  return state_;
}

bool Transaction::StartCommitting() {
  MutexLock lock(mutex_);
  switch (state_) {
    case TrxState::kCertified:
      if (aborted_.load()) return false;
      state_ = TrxState::kCommitting;
      return true;
    case TrxState::kReplaying:
      state_ = TrxState::kCommitting;
      return true;
    case TrxState::kFailed:
      return true;
    case TrxState::kMustReplay:
      return false;
    default:
      break;
  }
  CHECK(false, "commit order in state {}", TrxStateName(state_));
  return false;
}

void Transaction::StartReplaying() {
  MutexLock lock(mutex_);
  CHECK(state_ == TrxState::kMustReplay || state_ == TrxState::kCertified, "replay in state {}",
        TrxStateName(state_));
  state_ = TrxState::kReplaying;
  aborted_ = false;
}

Transaction::AbortResult Transaction::BfAbort(Seqno bf_seqno, Seqno* wake) {
  MutexLock lock(mutex_);
  *wake = Seqno::Undefined();
  switch (state_) {
    case TrxState::kExecuting:
    case TrxState::kMustAbort:
      state_ = TrxState::kMustAbort;
      aborted_ = true;
      return AbortResult::kAborted;
    case TrxState::kReplicating:
      aborted_ = true;
      return AbortResult::kAborted;
    case TrxState::kCertified:
      if (bf_seqno.IsDefined() && seqno() < bf_seqno) return AbortResult::kRefused;
      state_ = TrxState::kMustReplay;
      aborted_ = true;
      *wake = seqno();
      return AbortResult::kAborted;
    case TrxState::kFailed:
    case TrxState::kMustReplay:
    case TrxState::kReplaying:
    case TrxState::kCommitting:
      return AbortResult::kRefused;
  }
  return AbortResult::kRefused;
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

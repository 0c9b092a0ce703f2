// Transaction: a write-set on its way through the plug, local or from elsewhere.
//
// What the server's `Handle::opaque` points to. A local transaction is created by its first key and
// lives until `release`; the registry finds it by the server's transaction number for brute-force
// aborts, which come from other threads.
//
//   state \ event     verdict commit   verdict fail   order entered   bf abort        release
//   kExecuting        -                -              -               kMustAbort      gone
//   kReplicating      kCertified       kFailed        -               (flag) *1       -
//   kCertified        -                -              kCommitting     kMustReplay *2  -
//   kFailed           -                -              (passes order)  refused         gone
//   kMustAbort        -                -              -               ok, again       gone
//   kMustReplay       -                -              (by replay)     refused         -
//   kReplaying        -                -              kCommitting     refused         -
//   kCommitting       -                -              -               refused         gone
//
//   *1 aborted while its verdict is pending: a commit verdict becomes kMustReplay, a failing one
//      kFailed. The verdict does not wait for any applier, so this wait needs no interruption.
//   *2 only by a record before it in the order; the later one waits for it instead.
//
// Every cell marked - is CHECKed. Thread-safe.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <unordered_map>
#include <vector>

#include "base/mutex.h"
#include "model/record.h"
#include "provider/wsrep_abi.h"

namespace borealis::replication {
struct ApplyItem;
}

namespace borealis::provider {

enum class TrxState : uint8_t {
  kExecuting,
  kReplicating,
  kCertified,
  kFailed,
  kMustAbort,
  kMustReplay,
  kReplaying,
  kCommitting,
};
const char* TrxStateName(TrxState state);

// The keys of one transaction, each once, with the strongest claim made on it.
class KeySet {
 public:
  // A path and, as shared claims, all its prefixes.
  void Add(const abi::Key& key, KeyType type);
  std::vector<Key>& keys() { return keys_; }
  size_t size() const { return keys_.size(); }

 private:
  void Claim(uint64_t hash, KeyType type);
  std::vector<Key> keys_;
  std::unordered_map<uint64_t, size_t> index_;  // hash -> place in keys_; built when it pays off
  uint64_t last_prefix_ = 0;                    // the deepest prefix of the last path
};

class Transaction {
 public:
  // A local one.
  explicit Transaction(uint64_t trx_id) : trx_id_(trx_id) {}
  // One from elsewhere; borrows the item.
  explicit Transaction(const replication::ApplyItem& item);

  uint64_t trx_id() const { return trx_id_; }
  bool local() const { return local_; }
  bool isolated() const { return isolated_; }
  const NodeId& source() const { return source_; }  // remote ones
  Seqno seqno() const { return Seqno{seqno_.load()}; }
  Seqno depends_on() const { return depends_on_; }

  // --- Client thread --------------------------------------------------------------------------
  KeySet keys;
  Bytes payload;
  abi::TrxMeta meta{};

  // False: it was aborted before, nothing may be appended.
  bool StartReplicating();
  // The record could not be appended: back to where it can only roll back.
  void NotAppended();
  // Returns kCertified, kFailed or kMustReplay.
  TrxState Certified(bool commit, Seqno seqno, Seqno depends_on);
  // Its turn in commit order has come. False: aborted in the last moment, kMustReplay.
  bool StartCommitting();
  void StartReplaying();
  const std::atomic<bool>& aborted() const { return aborted_; }
  bool left_order = false;  // by the thread that passes commit order

  // --- Any thread -----------------------------------------------------------------------------
  enum class AbortResult { kAborted, kRefused };
  // `wake` is set to the seqno whose wait for commit order has to be woken, if any.
  AbortResult BfAbort(Seqno bf_seqno, Seqno* wake);
  TrxState state() const;

 private:
  const uint64_t trx_id_;
  const bool local_ = true;
  const bool isolated_ = false;
  const NodeId source_;
  Seqno depends_on_ = Seqno::Undefined();
  std::atomic<int64_t> seqno_{-1};
  std::atomic<bool> aborted_{false};
  mutable Mutex mutex_;
  TrxState state_ GUARDED_BY(mutex_) = TrxState::kExecuting;
};

// Live local transactions by the server's number.
class TransactionRegistry {
 public:
  std::shared_ptr<Transaction> Add(uint64_t trx_id);
  // Null when unknown.
  std::shared_ptr<Transaction> Find(uint64_t trx_id);
  void Remove(uint64_t trx_id);
  size_t size();

 private:
  static constexpr size_t kShards = 16;
  struct Shard {
    Mutex mutex;
    // Shared: an abort by another thread may hold one while its client releases it.
    std::unordered_map<uint64_t, std::shared_ptr<Transaction>> map GUARDED_BY(mutex);
  };
  Shard& ShardOf(uint64_t trx_id) { return shards_[trx_id % kShards]; }
  std::array<Shard, kShards> shards_;
};

}  // namespace borealis::provider

// Transaction: a write-set on its way through the plug, local or from elsewhere.
//
// What the server's `Handle::opaque` points to. A local transaction is created by its first key and
// lives until the `release` that ends it; the registry finds it by the server's transaction number
// for brute-force aborts and rollbacks, which may come from other threads. What may happen when is
// in trx_states.h; every step that cannot happen is CHECKed.
//
// A streaming transaction sends what it has so far as fragments. Once one of them passed, the other
// nodes hold its locks, so its end must be in the log: a last fragment that passes, or a rollback
// record. The server asks for that record when it rolls back, but not when a statement in isolation
// aborted it (it trusts that the statement aborts it everywhere): `rollback due`.
//
// Thread-safe.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <unordered_map>
#include <vector>

#include "base/mutex.h"
#include "model/record.h"
#include "provider/payload_buffer.h"
#include "provider/trx_states.h"
#include "provider/wsrep_abi.h"

namespace borealis::replication {
struct ApplyItem;
}

namespace borealis::provider {

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

  // --- Applier thread -------------------------------------------------------------------------
  // It is a whole transaction, and others may be before it when it is applied.
  void NoteEarly(const replication::ApplyItem& item);
  bool early() const { return early_; }
  // Rolled back, to be applied again when everything before it is finished.
  void GiveWay();
  bool gave_way() const { return gave_way_; }
  bool marked = false;     // the cache is marked unsafe because of it
  int64_t started_ns = 0;  // when the server was told to apply it

  // --- Client thread --------------------------------------------------------------------------
  KeySet keys;             // since the last fragment
  PayloadBuffer payload;   // since the last fragment
  bool oversized = false;  // its payload is larger than allowed and was not kept
  uint32_t flags = 0;      // as last certified
  abi::TrxMeta meta{};

  // False: it was aborted before, nothing may be appended.
  bool StartReplicating(bool fragment);
  // The record could not be appended: it can only roll back.
  void NotAppended();
  TrxStep Certified(bool passed, Seqno seqno, Seqno depends_on);
  // Its turn in commit order has come, or the wait for it ended early. kNo: aborted.
  TrxStep Enter();
  void Leave();
  void StartReplaying();
  TrxStep Release();
  const std::atomic<bool>& aborted() const { return aborted_; }

  // --- Any thread -----------------------------------------------------------------------------
  // By the record `bf_seqno`; `isolated`: it is a statement in isolation. `wake` is set to the
  // seqno whose wait for commit order has to be woken, if any.
  TrxStep BfAbort(Seqno bf_seqno, bool isolated, Seqno* wake);
  // The server rolls the streaming transaction back.
  TrxStep Rollback();
  // True once: a rollback record has to be written now / because the server will not ask for it.
  bool TakeRollback();
  bool TakeRollbackDue();
  // False again: it could not be written.
  void ReturnRollback();
  // The other nodes hold its locks, and nothing in the log releases them.
  bool open_elsewhere() const;
  TrxState state() const;

 private:
  TrxStep Take(TrxEvent event) REQUIRES(mutex_);

  const uint64_t trx_id_;
  const bool local_ = true;
  const bool isolated_ = false;
  const NodeId source_;
  bool early_ = false;
  bool gave_way_ = false;
  Seqno depends_on_ = Seqno::Undefined();
  std::atomic<int64_t> seqno_{-1};
  std::atomic<bool> aborted_{false};
  mutable Mutex mutex_;
  TrxState state_ GUARDED_BY(mutex_) = TrxState::kExecuting;
  bool open_elsewhere_ GUARDED_BY(mutex_) = false;
  bool rollback_due_ GUARDED_BY(mutex_) = false;
  bool rollback_taken_ GUARDED_BY(mutex_) = false;
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

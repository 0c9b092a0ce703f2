// Cache state: what a server's data directory is worth. One file, <datadir>/borealis_cache, shared
// by the node agent (while no server runs) and the provider (inside the server): never two writers
// at once.
//
// The server's storage engines keep the seqno of the last transaction atomically with its effects,
// so a crash between transactions costs nothing. A statement that is not transactional (DDL) takes
// effect before its seqno is kept: between MarkUnsafe(n) and MarkSafe(n) a crash leaves a cache
// that nobody can name the position of, and it is thrown away. After a power failure the engines
// may have come back to a seqno below the last such statement: that cache, too, is thrown away
// (last_isolated).
//
//   file    = "BRLCACHE" version:u32 payload hash:u64      hash = XXH3-64(all before, kCacheSeed)
//   payload = length:u32, then volume:16 bytes  condition:u8  at:i64  restored:i64
//             last_isolated:i64  skips:u32  node:text  reason:text    text = length:u32 bytes
//
// Version 1 has no `skips`; it is read as 0.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/status.h"
#include "base/uuid.h"
#include "model/ids.h"
#include "snapshot/files.h"

namespace borealis::snapshot {

// Values are part of the format.
enum class CacheCondition : uint8_t {
  kSafe = 1,
  kUnsafe = 2,        // inside a statement that is not transactional, at seqno `at`
  kInconsistent = 3,  // differs from the log since seqno `at`; `reason` says how
  kDiscarded = 4,     // nothing is wrong with it, but nobody wants it any more; `reason` says why
};
const char* CacheConditionName(CacheCondition condition);

struct CacheState {
  Uuid volume;
  CacheCondition condition = CacheCondition::kSafe;
  Seqno at = Seqno::Undefined();
  // Seqno of the snapshot it came from: its position as long as the engines know no other.
  Seqno restored = Seqno::Undefined();
  // The last statement that was not transactional; -1 none. A cache whose engines recover to less
  // is not usable.
  Seqno last_isolated = Seqno::Undefined();
  // Entries of the volume's list of skipped records that this data was made with: it holds the
  // effects of none of them. An entry after these, at or below its position, makes it unusable.
  uint32_t skips = 0;
  std::string node;    // whose cache it is
  std::string reason;  // of the last two conditions, at most kReasonBytesMax bytes, one line
  bool operator==(const CacheState&) const = default;
};

// The first of the records `skipped` since the data was made whose effects data at `position`
// holds; none: the data can be used. `skipped`: the volume's list, in the order of the decisions.
// Pure.
std::optional<Seqno> HeldSkipped(const CacheState& state, Seqno position,
                                 const std::vector<Seqno>& skipped);

inline constexpr char kCacheStateFile[] = "borealis_cache";
inline constexpr uint32_t kCacheStateVersion = 2;
inline constexpr uint64_t kCacheSeed = 0x6361636865;
inline constexpr size_t kReasonBytesMax = 512;

Bytes EncodeCacheState(const CacheState& state);
// kCorruption, kUnsupported (a newer release wrote it).
Result<CacheState> DecodeCacheState(ByteView bytes);

// kNotFound when the directory has none.
Result<CacheState> ReadCacheState(const std::string& datadir);
Status WriteCacheState(const std::string& datadir, const CacheState& state, Durability durability);

// The provider's hold on the file. Thread-safe.
class CacheStateFile {
 public:
  // Reads it. Errors as ReadCacheState.
  static Result<std::unique_ptr<CacheStateFile>> Open(const std::string& datadir);

  CacheState state() const;
  // Durable before it returns: the statement may start when ok. Two syncs.
  Status MarkUnsafe(Seqno seqno);
  // The statement's effects and its seqno are in the engines. Not synced: losing it in a power
  // failure costs a rebuild, never correctness. No-op when the cache is inconsistent.
  Status MarkSafe(Seqno seqno);
  // Durable; the first reason stays. The server stops after it.
  Status MarkInconsistent(Seqno seqno, const std::string& reason);
  // The same for a cache that did not fail.
  Status MarkDiscarded(const std::string& reason);

 private:
  CacheStateFile(std::string datadir, CacheState state)
      : datadir_(std::move(datadir)), state_(std::move(state)) {}

  Status MarkLost(CacheCondition condition, Seqno seqno, const std::string& reason)
      EXCLUDES(mutex_);

  const std::string datadir_;
  mutable Mutex mutex_;
  CacheState state_ GUARDED_BY(mutex_);
};

}  // namespace borealis::snapshot

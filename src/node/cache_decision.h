// What to do with a node's data directory: use it, make it anew, or refuse. Pure.
//
// A cache that is merely unusable (unsafe, inconsistent, damaged) is thrown away: the volume has
// everything. What may be somebody's only copy (files of no cache, a cache of another volume, a
// cache that is ahead of the log) is refused and left alone.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "base/uuid.h"
#include "model/ids.h"
#include "snapshot/cache_state.h"
#include "snapshot/engine_position.h"

namespace borealis::node {

using snapshot::EnginePosition;

// What can be seen without starting anything.
struct CacheFacts {
  bool present = false;  // the directory exists and has files
  // Of the file in it; kNotFound: none.
  Result<snapshot::CacheState> state = Status(Code::kNotFound, "no cache state");
};

// What the volume holds.
struct LogBounds {
  Seqno oldest = Seqno::Undefined();  // every record above it can be read
  Seqno newest = Seqno::Undefined();  // last durable one
  uint64_t open_bytes = 0;            // used in the open segment
  std::vector<Seqno> skipped;         // records never to apply, in the order of the decisions
};

struct CacheVerdict {
  enum class Kind {
    kRecover,  // usable so far: ask the engines for their position
    kStart,    // start from `seqno`
    kRestore,  // throw it away (if there is one) and restore; `reason` says why
    kRefuse,   // `reason` is a whole message
  };
  Kind kind = Kind::kRefuse;
  Seqno seqno = Seqno::Undefined();
  std::string reason;
  // kRestore: the seqno that the cache failed at, if it failed at one.
  Seqno failed_at = Seqno::Undefined();
  bool operator==(const CacheVerdict&) const = default;
};

struct CacheIdentity {
  Uuid volume;
  std::string node;
  std::string datadir;  // for messages
};

// Before the engines are started.
CacheVerdict JudgeCache(const CacheFacts& facts, const CacheIdentity& identity);

// With the engines' position. REQUIRES: JudgeCache said kRecover.
CacheVerdict JudgePosition(const snapshot::CacheState& state, const EnginePosition& position,
                           const LogBounds& log, const CacheIdentity& identity);

}  // namespace borealis::node

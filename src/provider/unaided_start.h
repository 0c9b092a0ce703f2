// A server that nobody prepared: started without a position, over a data directory that was used
// before. The node agent hands the position over; whoever starts a server by hand, or by another
// tool, may not know of it. Guessing would lose or repeat transactions, so the position is found:
//
//   the cache is marked safe      its engines recover once and tell it
//   it is marked otherwise, or    the directory is a cache: the newest snapshot takes its place
//   the engines can't go on
//   the engines run already       (state transfer "skip"): nothing can be done here: refused
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "encryption/key_ring.h"
#include "snapshot/cache_state.h"
#include "snapshot/engine_position.h"
#include "storage/backend.h"

namespace borealis::provider {

struct UnaidedVerdict {
  enum class Kind { kStart, kRestore, kRefuse };
  Kind kind = Kind::kRefuse;
  Seqno seqno = Seqno::Undefined();  // kStart
  std::string reason;                // else
  bool operator==(const UnaidedVerdict&) const = default;
};

// What the data is judged by.
struct LogFacts {
  Seqno oldest;                // every record of the log above it can be read
  std::vector<Seqno> skipped;  // the volume's list of records never to apply
};

// Pure. REQUIRES: the state is of this volume and safe.
UnaidedVerdict JudgeUnaided(const snapshot::CacheState& state,
                            const snapshot::EnginePosition& position, const LogFacts& log);

// Makes `datadir` usable and returns its position. `state`: what its mark says, of this volume.
// kInvalidArgument: refused, with what to do instead.
// `keys`: of an encrypted volume, else null.
Result<Seqno> PrepareUnaided(storage::Backend& volume, encryption::KeyRing* keys,
                             const std::string& datadir, const snapshot::CacheState& state,
                             const LogFacts& log);

// Publishes the data directory of the server that makes a volume as its snapshot 0, so that a cache
// of it can be made anew. Nothing where the engines run already.
// REQUIRES: nothing is in the log yet.
Status PublishGenesis(storage::Backend& volume, const std::string& datadir, const Uuid& uuid,
                      SegmentId first);

}  // namespace borealis::provider

#include "node/cache_decision.h"

#include <fmt/core.h>

#include <algorithm>

namespace borealis::node {
namespace {

using Kind = CacheVerdict::Kind;
using snapshot::CacheCondition;
using snapshot::CacheState;

CacheVerdict Restore(std::string reason, Seqno failed_at = Seqno::Undefined()) {
  return {Kind::kRestore, Seqno::Undefined(), std::move(reason), failed_at};
}
CacheVerdict Refuse(std::string message) {
  return {Kind::kRefuse, Seqno::Undefined(), std::move(message), Seqno::Undefined()};
}
CacheVerdict Start(Seqno seqno) { return {Kind::kStart, seqno, "", Seqno::Undefined()}; }

}  // namespace

CacheVerdict JudgeCache(const CacheFacts& facts, const CacheIdentity& identity) {
  if (!facts.present) return Restore("there is no cache yet");
  const Code code = facts.state.status().code();
  if (code == Code::kNotFound) {
    return Refuse(
        fmt::format("{} holds files that are no cache of a volume; give an empty or new "
                    "--data directory",
                    identity.datadir));
  }
  if (code == Code::kUnsupported) return Refuse(facts.state.status().message());
  if (code == Code::kCorruption) return Restore("its state file is damaged");
  if (!facts.state.ok()) return Refuse(facts.state.status().message());
  const CacheState& state = *facts.state;
  if (state.volume != identity.volume) {
    return Refuse(
        fmt::format("{} is a cache of volume {}, this is volume {}; give another --data "
                    "directory, or --rebuild to replace the cache",
                    identity.datadir, state.volume.ToString(), identity.volume.ToString()));
  }
  if (state.node != identity.node) {
    return Refuse(
        fmt::format("{} is the cache of node {}; start it under that name, or give "
                    "another --data directory",
                    identity.datadir, state.node));
  }
  switch (state.condition) {
    case CacheCondition::kUnsafe:
      return Restore(fmt::format("the server ended inside a schema change at seqno {}", state.at),
                     state.at);
    case CacheCondition::kInconsistent:
      // A failure that does not know where it happened counts as one at no seqno: twice is too
      // often.
      return Restore(fmt::format("it differs from the log{}: {}",
                                 state.at.IsDefined() ? fmt::format(" at seqno {}", state.at) : "",
                                 state.reason),
                     std::max(state.at, Seqno::Zero()));
    case CacheCondition::kDiscarded:
      return Restore(state.reason);
    case CacheCondition::kSafe:
      break;
  }
  return {Kind::kRecover, Seqno::Undefined(), "", Seqno::Undefined()};
}

CacheVerdict JudgePosition(const CacheState& state, const EnginePosition& position,
                           const LogBounds& log, const CacheIdentity& identity) {
  Seqno seqno = position.seqno;
  if (position.history.IsNil()) {
    // Nothing was ever committed since it was restored: a commit and its position are one.
    if (!state.restored.IsDefined()) return Restore("its engines hold no position");
    seqno = state.restored;
  } else if (position.history != identity.volume) {
    return Refuse(
        fmt::format("the engines in {} hold a position of history {}, this is volume {}; "
                    "give another --data directory, or --rebuild to replace the cache",
                    identity.datadir, position.history.ToString(), identity.volume.ToString()));
  }
  if (!seqno.IsDefined()) return Restore("its engines hold no position");
  if (seqno < state.last_isolated) {
    return Restore(fmt::format("its engines came back to seqno {}, before the schema change at {}",
                               seqno, state.last_isolated));
  }
  if (const auto held = snapshot::HeldSkipped(state, seqno, log.skipped)) {
    return Restore(fmt::format("it holds the record at seqno {}, which was skipped since", *held));
  }
  if (seqno > log.newest) {
    return Refuse(
        fmt::format("the cache in {} is at seqno {}, the volume ends at {}: the volume "
                    "lost data or is an older copy; keep a copy of both, then start with "
                    "--rebuild to give up what only the cache has",
                    identity.datadir, seqno, log.newest));
  }
  if (seqno < log.oldest) {
    return Restore(fmt::format("the log after its seqno {} was trimmed", seqno));
  }
  return Start(seqno);
}

}  // namespace borealis::node

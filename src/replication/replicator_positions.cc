// Replicator: what a member says in the volume of its place in the log (log/member_position.h), for
// whoever trims the log or must know that all have passed a statement.
#include <algorithm>

#include "base/log.h"
#include "log/member_position.h"
#include "replication/replicator.h"

namespace borealis::replication {

// By the ticker, about once a second.
void Replicator::PublishPosition(uint64_t tick) {
  const auto every = static_cast<uint64_t>(std::max<int64_t>(1, kPositionMs / config_.tick_ms));
  if (tick != 1 && tick % every != 0) return;
  log::MemberPosition position;
  position.finished = pipeline_->finished();
  position.needed = checkpointer_ != nullptr ? checkpointer_->needed() : needed_;
  position.updated_us = clock_.WallUs();
  position.name = config_.name;
  position.endpoint = config_.endpoint;
  const Status put = backend_.PutHint(log::kPositionPrefix + self_.uuid.ToString(),
                                      log::EncodeMemberPosition(position));
  if (!put.ok()) LogWarning("position is not published: {}", put.ToString());
}

// What earlier incarnations of this server left: its needs are those of the living one.
void Replicator::ForgetFormerPositions() {
  const auto hints = backend_.ListHints(log::kPositionPrefix);
  if (!hints.ok()) return;
  for (const storage::Hint& hint : *hints) {
    const auto position = log::DecodeMemberPosition(hint.value);
    const bool former = position.ok() && position->name == config_.name &&
                        position->endpoint == config_.endpoint &&
                        hint.name != log::kPositionPrefix + self_.uuid.ToString();
    if (former) (void)backend_.DeleteHint(hint.name);
  }
}

}  // namespace borealis::replication

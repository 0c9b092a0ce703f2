#include "log/follow.h"

#include "log/identity.h"

namespace borealis::log {

Result<std::unique_ptr<LogFollower>> LogFollower::Open(storage::Backend& backend,
                                                       encryption::KeyRing* keys) {
  ASSIGN_OR_RETURN(const Identity identity, ReadIdentity(backend));
  ASSIGN_OR_RETURN(Chain chain, ReadChainRegister(backend, identity.volume));
  std::unique_ptr<LogFollower> follower(new LogFollower(backend, identity, std::move(chain), keys));
  RETURN_IF_ERROR(follower->chain_.CheckHasKeys());
  return follower;
}

Status LogFollower::Begin(const Position& from, Seqno before) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const Chain> chain, chain_.Refresh());
  const ChainEntry* entry = FindEntry(*chain, from.segment);
  if (entry == nullptr) {
    return {Code::kNotFound, fmt::format("segment {} is not in the log any more", from.segment)};
  }
  RETURN_IF_ERROR(CheckPlace(*chain, from, before));
  reader_ = std::make_unique<ReaderImpl>(chain_, *entry, from, before, 0, false);
  return Status::Ok();
}

Status LogFollower::BeginAtFirst() {
  ASSIGN_OR_RETURN(const std::shared_ptr<const Chain> chain, chain_.Refresh());
  const ChainEntry& first = chain->entries.front();
  if (first.before != Seqno::Zero()) {
    return {Code::kNotFound, fmt::format("the log up to seqno {} was trimmed away", first.before)};
  }
  reader_ = std::make_unique<ReaderImpl>(chain_, first, Position{first.segment.id, 0, 0},
                                         first.before, first.time_before_us, false);
  return Status::Ok();
}

}  // namespace borealis::log

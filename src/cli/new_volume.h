// What commands that make a new volume in a directory of the user's share (node/restore_target.h).
#pragma once

#include <functional>
#include <string>

#include "base/status.h"
#include "node/restore_target.h"

namespace borealis::cli {

// Runs `prepare`, which claims the target by the function that it is given, then `make`. After a
// failure nothing is left in a target that was claimed. kConflict: another works there.
template <typename Made>
Result<Made> MakeNewVolume(
    const std::string& target,
    const std::function<Status(const std::function<Status()>& claim)>& prepare,
    const std::function<Result<Made>()>& make) {
  snapshot::UniqueFd lock;
  const Status prepared = prepare([&]() -> Status {
    ASSIGN_OR_RETURN(lock, node::ClaimRestoreTarget(target));
    return Status::Ok();
  });
  Result<Made> made = prepared.ok() ? make() : Result<Made>(prepared);
  if (!made.ok() && lock.valid()) node::AbandonRestoreTarget(target);
  return made;
}

}  // namespace borealis::cli

// SpawnPlan: what posix_spawn makes of a child: where its descriptors go, and that no signal is
// blocked or ignored in it, whatever this process has made of its own. Its input is /dev/null
// unless said; it has no descriptor that it was not given.
#pragma once

#include <fcntl.h>
#include <spawn.h>

#include <csignal>

#include "base/check.h"

namespace borealis {

class SpawnPlan {
 public:
  // kOwn: the child leads a session, and with it a process group that can be signalled as a whole.
  enum class Session { kOwn, kOurs };
  explicit SpawnPlan(Session session, const char* input = "/dev/null") {
    CHECK(posix_spawn_file_actions_init(&actions_) == 0 && posix_spawnattr_init(&attributes_) == 0);
    CHECK(posix_spawn_file_actions_addopen(&actions_, 0, input, O_RDONLY, 0) == 0);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    const int own = session == Session::kOwn ? POSIX_SPAWN_SETSID : 0;
    posix_spawnattr_setflags(
        &attributes_, static_cast<short>(own | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  // The child's `target` is our `fd`. In rising order of `target`, but for those up to 2.
  void Give(int fd, int target) {
    if (target >= close_from_) close_from_ = target + 1;
    CHECK(posix_spawn_file_actions_adddup2(&actions_, fd, target) == 0);
  }
  // 0, or the error. argv and environment end with null.
  int Run(pid_t* pid, const char* program, char* const* argv, char* const* environment) {
    CHECK(posix_spawn_file_actions_addclosefrom_np(&actions_, close_from_) == 0);
    return posix_spawn(pid, program, &actions_, &attributes_, argv, environment);
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
  int close_from_ = 3;
};

}  // namespace borealis

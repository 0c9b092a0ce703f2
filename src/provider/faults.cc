// Provider: faults that a user asks for.
#include <unistd.h>

#include <csignal>

#include "base/log.h"
#include "provider/provider.h"

namespace borealis::provider {

void Provider::Crash(faults::CrashPart, uint64_t connection) {
  LogWarning("connection {} asked for a crash: this server dies", connection);
  if (!unanswered_.CloseAndWait(connection, faults::UnansweredCommits::kWaitNsMax)) {
    LogWarning("some commits get no answer: they took too long");
  }
  kill(getpid(), SIGKILL);
  while (true) ::pause();
}

}  // namespace borealis::provider

#include "sim/bugs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <functional>
#include <utility>

#include "certification/seeded_bugs.h"
#include "log/seeded_bugs.h"
#include "sim/seeded_bugs.h"

namespace borealis::sim {
namespace {

struct Bug {
  std::string name;
  std::function<void()> turn_on;
};

void TurnAllOff() {
  seeded_bug = SeededBug::kNone;
  certification::seeded_bug = certification::SeededBug::kNone;
  log::seeded_bug = log::SeededBug::kNone;
}

Bug Here(const char* name, SeededBug bug) {
  return {name, [bug] { seeded_bug = bug; }};
}
Bug InCertification(const char* name, certification::SeededBug bug) {
  return {name, [bug] { certification::seeded_bug = bug; }};
}

Bug InLog(const char* name, log::SeededBug bug) {
  return {name, [bug] { log::seeded_bug = bug; }};
}

std::vector<Bug> Bugs() {
  using Certification = certification::SeededBug;
  return {
      Here("acknowledge-before-durable", SeededBug::kAcknowledgeBeforeDurable),
      Here("unknown-is-not-appended", SeededBug::kUnknownIsNotAppended),
      Here("apply-without-dependency", SeededBug::kApplyWithoutDependency),
      Here("no-wait-for-replayers", SeededBug::kNoWaitForReplayers),
      Here("ignore-brute-force", SeededBug::kIgnoreBruteForce),
      Here("acknowledge-uncertified", SeededBug::kAcknowledgeUncertified),
      Here("rollback-after-locks", SeededBug::kRollbackAfterLocks),
      Here("forget-tables-of-parts", SeededBug::kForgetTablesOfParts),
      Here("keep-dead-streams", SeededBug::kKeepDeadStreams),
      Here("join-unread", SeededBug::kJoinUnread),
      InCertification("forget-other-source", Certification::kForgetOtherSource),
      InCertification("skip-window-rule", Certification::kSkipWindowRule),
      InCertification("rotate-early", Certification::kRotateEarly),
      InCertification("forget-isolated", Certification::kForgetIsolated),
      InCertification("accept-repeat", Certification::kAcceptRepeat),
      InCertification("accept-non-member", Certification::kAcceptNonMember),
      InCertification("ignore-barrier", Certification::kIgnoreBarrier),
      InCertification("forget-open-stream", Certification::kForgetOpenStream),
      InCertification("failure-leaves-trace", Certification::kFailureLeavesTrace),
      InLog("recover-without-seal", log::SeededBug::kRecoverWithoutSeal),
      InLog("cut-at-watermark", log::SeededBug::kCutAtWatermark),
      InLog("resolve-without-seal", log::SeededBug::kResolveWithoutSeal),
      InLog("assume-swapped", log::SeededBug::kAssumeSwapped),
  };
}

}  // namespace

std::vector<std::string> AllBugs() {
  std::vector<std::string> names;
  for (const Bug& bug : Bugs()) names.push_back(bug.name);
  return names;
}

bool SetBug(const std::string& name) {
  TurnAllOff();
  if (name.empty()) return true;
  for (const Bug& bug : Bugs()) {
    if (bug.name == name) {
      bug.turn_on();
      return true;
    }
  }
  return false;
}

std::string BugNames() { return fmt::format("{}", fmt::join(AllBugs(), ", ")); }

}  // namespace borealis::sim

#include "provider/trx_states.h"

#include <array>
#include <cstddef>

namespace borealis::provider {
namespace {

using S = TrxState;
using E = TrxEvent;
using A = TrxAnswer;
using F = TrxEffect;

struct Rule {
  S state;
  E event;
  S next;
  A answer = A::kYes;
  F effect = F::kNone;
};

constexpr Rule kRules[] = {
    {S::kExecuting, E::kReplicate, S::kReplicating},
    {S::kExecuting, E::kReplicateFragment, S::kFragment},
    {S::kExecuting, E::kAbortByEarlier, S::kMustAbort},
    {S::kExecuting, E::kAbortByLater, S::kMustAbort},
    {S::kExecuting, E::kRollback, S::kMustAbort},
    {S::kExecuting, E::kRelease, S::kGone},

    // The verdict waits for no applier, so this wait needs no interruption.
    {S::kReplicating, E::kNotAppended, S::kMustAbort},
    {S::kReplicating, E::kPassed, S::kCertified},
    {S::kReplicating, E::kRejected, S::kFailed},
    {S::kReplicating, E::kAbortByEarlier, S::kReplicatingAborted},
    {S::kReplicating, E::kAbortByLater, S::kReplicatingAborted},

    {S::kReplicatingAborted, E::kNotAppended, S::kMustAbort},
    {S::kReplicatingAborted, E::kPassed, S::kMustReplay},
    {S::kReplicatingAborted, E::kRejected, S::kFailed},
    {S::kReplicatingAborted, E::kAbortByEarlier, S::kReplicatingAborted},
    {S::kReplicatingAborted, E::kAbortByLater, S::kReplicatingAborted},

    // A later record waits for it instead.
    {S::kCertified, E::kEnter, S::kCommitting},
    {S::kCertified, E::kReplay, S::kReplaying},
    {S::kCertified, E::kGiveWay, S::kCertified},
    {S::kCertified, E::kAbortByEarlier, S::kMustReplay},
    {S::kCertified, E::kAbortByLater, S::kCertified, A::kNo},

    {S::kFailed, E::kEnter, S::kCommitting},
    {S::kFailed, E::kAbortByEarlier, S::kFailed, A::kNo},
    {S::kFailed, E::kAbortByLater, S::kFailed, A::kNo},
    {S::kFailed, E::kRollback, S::kFailed},

    {S::kMustReplay, E::kEnter, S::kMustReplay, A::kNo},
    {S::kMustReplay, E::kReplay, S::kReplaying},
    {S::kMustReplay, E::kAbortByEarlier, S::kMustReplay, A::kNo},
    {S::kMustReplay, E::kAbortByLater, S::kMustReplay, A::kNo},

    {S::kReplaying, E::kEnter, S::kCommitting},
    {S::kReplaying, E::kAbortByEarlier, S::kReplaying, A::kNo},
    {S::kReplaying, E::kAbortByLater, S::kReplaying, A::kNo},

    {S::kCommitting, E::kLeave, S::kOrdered},
    {S::kCommitting, E::kGiveWay, S::kCertified},
    {S::kCommitting, E::kAbortByEarlier, S::kCommitting, A::kNo},
    {S::kCommitting, E::kAbortByLater, S::kCommitting, A::kNo},

    {S::kOrdered, E::kAbortByEarlier, S::kOrdered, A::kNo},
    {S::kOrdered, E::kAbortByLater, S::kOrdered, A::kNo},
    {S::kOrdered, E::kRelease, S::kGone, A::kYes, F::kFinish},

    // A fragment that fails was given no turn.
    {S::kFragment, E::kNotAppended, S::kMustAbort},
    {S::kFragment, E::kPassed, S::kFragmentCertified},
    {S::kFragment, E::kRejected, S::kMustAbort},
    {S::kFragment, E::kAbortByEarlier, S::kFragmentAborted},
    {S::kFragment, E::kAbortByLater, S::kFragmentAborted},

    {S::kFragmentAborted, E::kNotAppended, S::kMustAbort},
    {S::kFragmentAborted, E::kPassed, S::kMustAbort, A::kNo, F::kSkip},
    {S::kFragmentAborted, E::kRejected, S::kMustAbort},
    {S::kFragmentAborted, E::kAbortByEarlier, S::kFragmentAborted},
    {S::kFragmentAborted, E::kAbortByLater, S::kFragmentAborted},

    // The locks are not the fragment's but the transaction's, so a later record may want them, too.
    {S::kFragmentCertified, E::kEnter, S::kFragmentCommitting},
    {S::kFragmentCertified, E::kAbortByEarlier, S::kFragmentLost},
    {S::kFragmentCertified, E::kAbortByLater, S::kFragmentLost},
    {S::kFragmentCertified, E::kRollback, S::kMustAbort, A::kYes, F::kSkip},

    {S::kFragmentLost, E::kEnter, S::kMustAbort, A::kNo, F::kSkip},
    {S::kFragmentLost, E::kAbortByEarlier, S::kFragmentLost},
    {S::kFragmentLost, E::kAbortByLater, S::kFragmentLost},
    {S::kFragmentLost, E::kRollback, S::kMustAbort, A::kYes, F::kSkip},

    {S::kFragmentCommitting, E::kLeave, S::kFragmentOrdered},
    {S::kFragmentCommitting, E::kAbortByEarlier, S::kFragmentCommittingDoomed},
    {S::kFragmentCommitting, E::kAbortByLater, S::kFragmentCommittingDoomed},
    {S::kFragmentCommitting, E::kRollback, S::kMustAbort, A::kYes, F::kLeaveAndFinish},

    {S::kFragmentCommittingDoomed, E::kLeave, S::kFragmentOrderedDoomed},
    {S::kFragmentCommittingDoomed, E::kAbortByEarlier, S::kFragmentCommittingDoomed},
    {S::kFragmentCommittingDoomed, E::kAbortByLater, S::kFragmentCommittingDoomed},
    {S::kFragmentCommittingDoomed, E::kRollback, S::kMustAbort, A::kYes, F::kLeaveAndFinish},

    {S::kFragmentOrdered, E::kAbortByEarlier, S::kFragmentOrderedDoomed},
    {S::kFragmentOrdered, E::kAbortByLater, S::kFragmentOrderedDoomed},
    {S::kFragmentOrdered, E::kRollback, S::kMustAbort, A::kYes, F::kFinish},
    {S::kFragmentOrdered, E::kRelease, S::kExecuting, A::kYes, F::kFinish},

    {S::kFragmentOrderedDoomed, E::kAbortByEarlier, S::kFragmentOrderedDoomed},
    {S::kFragmentOrderedDoomed, E::kAbortByLater, S::kFragmentOrderedDoomed},
    {S::kFragmentOrderedDoomed, E::kRollback, S::kMustAbort, A::kYes, F::kFinish},
    {S::kFragmentOrderedDoomed, E::kRelease, S::kMustAbort, A::kYes, F::kFinish},

    {S::kMustAbort, E::kReplicate, S::kMustAbort, A::kNo},
    {S::kMustAbort, E::kReplicateFragment, S::kMustAbort, A::kNo},
    {S::kMustAbort, E::kAbortByEarlier, S::kMustAbort},
    {S::kMustAbort, E::kAbortByLater, S::kMustAbort},
    {S::kMustAbort, E::kRollback, S::kMustAbort},
    {S::kMustAbort, E::kRelease, S::kGone},

    // Somebody found it in the registry a moment before.
    {S::kGone, E::kAbortByEarlier, S::kGone},
    {S::kGone, E::kAbortByLater, S::kGone},
};

using Table = std::array<std::array<TrxStep, kTrxEvents>, kTrxStates>;

constexpr Table MakeTable() {
  Table table{};
  for (const Rule& rule : kRules) {
    table[static_cast<size_t>(rule.state)][static_cast<size_t>(rule.event)] = {
        rule.next, rule.answer, rule.effect};
  }
  return table;
}

constexpr Table kTable = MakeTable();

constexpr const char* kStateNames[kTrxStates] = {
    "executing",
    "replicating",
    "replicating-aborted",
    "certified",
    "failed",
    "must-replay",
    "replaying",
    "committing",
    "ordered",
    "fragment",
    "fragment-aborted",
    "fragment-certified",
    "fragment-lost",
    "fragment-committing",
    "fragment-committing-doomed",
    "fragment-ordered",
    "fragment-ordered-doomed",
    "must-abort",
    "gone",
};

constexpr const char* kEventNames[kTrxEvents] = {
    "replicate",      "replicate-fragment",
    "not-appended",   "passed",
    "rejected",       "enter",
    "leave",          "replay",
    "give-way",       "abort-by-earlier",
    "abort-by-later", "rollback",
    "release",
};

}  // namespace

const char* TrxStateName(TrxState state) { return kStateNames[static_cast<size_t>(state)]; }
const char* TrxEventName(TrxEvent event) { return kEventNames[static_cast<size_t>(event)]; }

TrxStep StepOf(TrxState state, TrxEvent event) {
  return kTable[static_cast<size_t>(state)][static_cast<size_t>(event)];
}

}  // namespace borealis::provider

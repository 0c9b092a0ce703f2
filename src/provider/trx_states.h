// The states of a transaction in the plug, and what every event does in every state.
//
// A local transaction is *whole* (one write-set) or *streaming* (fragments, the last of which
// commits it). A fragment that is not the last takes a place in the order like a write-set and ends
// back in kExecuting. A remote transaction starts kCertified.
//
//   state                  what it means
//   executing              statements run; nothing of it is on its way
//   replicating            its write-set or last fragment is on its way to a verdict
//   replicating-aborted    ... and a brute-force abort came meanwhile
//   certified              passed; waits for its turn in commit order, or is applied a second time
//   failed                 did not pass; passes commit order all the same
//   must-replay            passed, then aborted: rolls back and is applied again in its turn
//   replaying              waits for its turn as an applier would
//   committing             its turn has come
//   ordered                left commit order; complete when released
//   fragment               a fragment is on its way to a verdict
//   fragment-aborted       ... and a brute-force abort came meanwhile
//   fragment-certified     a fragment passed; waits for its turn
//   fragment-lost          ... and was aborted: nobody will take that turn
//   fragment-committing    a fragment's turn has come
//   fragment-ordered       a fragment left commit order
//   ...-doomed             the same, and the transaction was aborted meanwhile
//   must-abort             can only roll back
//   gone                   released
//
// The table is in trx_states.cc. An event that a state does not know cannot happen, or the server
// broke the contract: it is CHECKed.
#pragma once

#include <cstdint>

namespace borealis::provider {

enum class TrxState : uint8_t {
  kExecuting,
  kReplicating,
  kReplicatingAborted,
  kCertified,
  kFailed,
  kMustReplay,
  kReplaying,
  kCommitting,
  kOrdered,
  kFragment,
  kFragmentAborted,
  kFragmentCertified,
  kFragmentLost,
  kFragmentCommitting,
  kFragmentCommittingDoomed,
  kFragmentOrdered,
  kFragmentOrderedDoomed,
  kMustAbort,
  kGone,
};
inline constexpr int kTrxStates = 19;
const char* TrxStateName(TrxState state);

enum class TrxEvent : uint8_t {
  kReplicate,          // certify: the whole of it, or the last fragment
  kReplicateFragment,  // certify: a fragment
  kNotAppended,        // it is not in the log and will not be
  kPassed,             // verdict
  kRejected,           // verdict
  kEnter,              // its turn in commit order has come, or its wait was interrupted
  kLeave,
  kReplay,
  kGiveWay,         // of another node, applied before its turn: rolled back, to be applied again
  kAbortByEarlier,  // brute-force abort by a record before it in the order, or it has no place yet
  kAbortByLater,    // by one after it
  kRollback,        // the streaming transaction gives up
  kRelease,
};
inline constexpr int kTrxEvents = 13;
const char* TrxEventName(TrxEvent event);

enum class TrxAnswer : uint8_t {
  kNever,  // cannot happen
  kYes,
  kNo,  // refused; for kAbort*: the victim will not be stopped by this
};

// What has to be done with its place in the order.
enum class TrxEffect : uint8_t {
  kNone,
  kSkip,            // nobody will take its turn
  kFinish,          // it left; it is complete now
  kLeaveAndFinish,  // it holds its turn and will not go on
};

struct TrxStep {
  TrxState next = TrxState::kGone;
  TrxAnswer answer = TrxAnswer::kNever;
  TrxEffect effect = TrxEffect::kNone;
};

// Pure. A kNever step changes nothing and must not be taken.
TrxStep StepOf(TrxState state, TrxEvent event);

}  // namespace borealis::provider

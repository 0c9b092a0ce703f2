// Seeded bugs of the parts that the simulator models itself (submitter, appliers, server). Those of
// certification and of the log are in their own rooms. One is on at a time, for the whole process.
#pragma once

#include <atomic>
#include <cstdint>

namespace borealis::sim {

enum class SeededBug : uint8_t {
  kNone = 0,
  kAcknowledgeBeforeDurable,  // a commit is acknowledged when its append began, not when it ended
  kUnknownIsNotAppended,      // an append of unknown outcome is reported as refused
  kApplyWithoutDependency,    // an applier does not wait for depends_on
  kNoWaitForReplayers,        // a client submits while another one's commit waits for its replay
  kIgnoreBruteForce,          // a transaction that lost its locks to an applier goes on
  kAcknowledgeUncertified,    // durable is enough: the verdict is not looked at
  kRollbackAfterLocks,        // a stream's locks go before its rollback is in the log
  kForgetTablesOfParts,       // a stream's last part claims the tables of its own rows alone
  kKeepDeadStreams,           // the streams of a member that is gone stay open
  kJoinUnread,                // a node joins before it has read what it missed
};

inline std::atomic<SeededBug> seeded_bug{SeededBug::kNone};
inline bool Seeded(SeededBug bug) { return seeded_bug.load(std::memory_order_relaxed) == bug; }

}  // namespace borealis::sim

// ServiceGate: whether this node is near enough to the log's end to serve clients. Pure.
//
//   kJoining --(own join applied)--> kServing, or kBehind if it is not near yet
//   kServing --(more in the log than the read-ahead takes)--> kBehind        leave service
//   kBehind  --(all of the log read, few items left)--> kServing             return to it
//
// A node that is merely slow holds its own clients back first (Replicator::WaitForRoom); it leaves
// service when that does not help, because it is the others who write. Nobody else waits for it.
//
// Thread-compatible.
#pragma once

#include <cstddef>

namespace borealis::replication {

class ServiceGate {
 public:
  enum class State { kJoining, kServing, kBehind };
  enum class Change { kNone, kLeave, kReturn };

  // Near: at most so many items wait for an applier, and nothing of the log is unread.
  explicit ServiceGate(size_t near_items_max) : near_items_max_(near_items_max) {}

  // The own join was applied. kReturn: serve at once.
  Change Joined(bool unread, size_t items);
  // `unread`: the log has more than was read, since as many items wait as may.
  Change Tick(bool unread, size_t items);
  State state() const { return state_; }

 private:
  bool Near(bool unread, size_t items) const { return !unread && items <= near_items_max_; }

  const size_t near_items_max_;
  State state_ = State::kJoining;
};

}  // namespace borealis::replication

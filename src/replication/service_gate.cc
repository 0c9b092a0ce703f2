#include "replication/service_gate.h"

#include "base/check.h"

namespace borealis::replication {

ServiceGate::Change ServiceGate::Joined(bool unread, size_t items) {
  CHECK(state_ == State::kJoining, "joined twice");
  state_ = Near(unread, items) ? State::kServing : State::kBehind;
  return state_ == State::kServing ? Change::kReturn : Change::kNone;
}

ServiceGate::Change ServiceGate::Tick(bool unread, size_t items) {
  if (state_ == State::kServing && unread) {
    state_ = State::kBehind;
    return Change::kLeave;
  }
  if (state_ == State::kBehind && Near(unread, items)) {
    state_ = State::kServing;
    return Change::kReturn;
  }
  return Change::kNone;
}

}  // namespace borealis::replication

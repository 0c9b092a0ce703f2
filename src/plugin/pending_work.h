// PendingWork: what statements of a session's current text stand for. What must not reach the
// server's parser is overwritten by `SET no_go=N`, and the variable's check finds N here: a refusal
// to raise, or a fault to inject. Each is found once, by its own connection, until the next text.
//
// One per thread of the server; a text is parsed and run by the thread that announced it.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "plugin/fault_grammar.h"

namespace borealis::plugin {

using Work = std::variant<FaultCommand, Refusal>;

class PendingWork {
 public:
  void Begin(uint64_t connection) {
    connection_ = connection;
    work_.clear();
  }
  // Its number, from 1.
  size_t Add(Work work) {
    work_.emplace_back(std::move(work));
    return work_.size();
  }
  std::optional<Work> Take(uint64_t connection, long long number) {
    if (connection != connection_ || number < 1) return std::nullopt;
    if (static_cast<unsigned long long>(number) > work_.size()) return std::nullopt;
    return std::exchange(work_[static_cast<size_t>(number - 1)], std::nullopt);
  }
  // After a statement that failed: the rest of its text does not run.
  void Clear() { work_.clear(); }
  bool empty() const { return work_.empty(); }

 private:
  uint64_t connection_ = 0;
  std::vector<std::optional<Work>> work_;
};

}  // namespace borealis::plugin

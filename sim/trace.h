// Trace: what happened, line by line, and a running hash of it. Two runs are the same run exactly
// if their hashes are equal. Lines name nothing that differs between processes (no address, no time
// of day).
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <cstdio>
#include <iterator>

#include "base/bytes.h"

namespace borealis::sim {

class Trace {
 public:
  // Lines are printed to standard output, too, if `print`.
  explicit Trace(bool print) : print_(print) {}

  template <typename... Args>
  void Add(fmt::format_string<Args...> format, Args&&... args) {
    line_.clear();
    fmt::format_to(std::back_inserter(line_), format, std::forward<Args>(args)...);
    hash_ = Hash64(std::as_bytes(std::span(line_.data(), line_.size())), hash_);
    ++lines_;
    if (print_) fmt::print("{:>6} {}\n", step_, fmt::string_view(line_.data(), line_.size()));
  }
  void SetStep(uint64_t step) { step_ = step; }

  uint64_t hash() const { return hash_; }
  uint64_t lines() const { return lines_; }

 private:
  const bool print_;
  uint64_t step_ = 0;
  uint64_t hash_ = 0;
  uint64_t lines_ = 0;
  fmt::memory_buffer line_;
};

}  // namespace borealis::sim

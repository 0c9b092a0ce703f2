// Status and Result<T>: how every room reports failures of its environment.
//
// A Status is a code that programs act on and a message that people act on: one line, what is wrong
// and what to do. Programmer errors are not reported here; they CHECK. No exception crosses a room.
// Value types; thread-compatible.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/check.h"

namespace borealis {

enum class Code : int {
  kOk = 0,
  kInvalidArgument,  // the caller's input is wrong; retrying cannot help
  kNotFound,
  kAlreadyExists,
  kConflict,    // a compare-and-swap lost; read again and decide again
  kFenced,      // the mutation carries a stale epoch
  kSealed,      // the segment takes no more appends
  kNoSpace,     // the device is full; goes on when there is room
  kIo,          // the device failed; final for the object concerned
  kCorruption,  // bytes that were durable are not what was written
  kUnknown,     // the mutation may or may not take effect, now or later
  kTimeout,
  kAborted,      // cancelled by request (shutdown, brute-force abort)
  kUnavailable,  // not now; retry later
  kUnsupported,
  kInternal,
};

// Stable lower-case name, e.g. "no-space"; for logs and JSON.
std::string_view CodeName(Code code);

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Code code, std::string message) : code_(code), message_(std::move(message)) {
    CHECK(code != Code::kOk);
  }
  static Status Ok() { return {}; }

  bool ok() const { return code_ == Code::kOk; }
  Code code() const { return code_; }
  const std::string& message() const { return message_; }
  // "corruption: segment 3 offset 512: bad checksum", or "ok".
  std::string ToString() const;
  // The same failure seen from further out: "context: message".
  Status WithContext(std::string_view context) const;

 private:
  Code code_ = Code::kOk;
  std::string message_;
};

template <typename T>
class Result;

inline const Status& ToStatus(const Status& status) { return status; }
template <typename T>
const Status& ToStatus(const Result<T>& result) {
  return result.status();
}

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}         // NOLINT: implicit on purpose
  Result(Status status) : status_(std::move(status)) {  // NOLINT: implicit on purpose
    CHECK(!status_.ok());
  }

  bool ok() const { return value_.has_value(); }
  const Status& status() const { return status_; }
  // REQUIRES: ok().
  T& value() & {
    CHECK_OK(*this);
    return *value_;
  }
  const T& value() const& {
    CHECK_OK(*this);
    return *value_;
  }
  T&& value() && {
    CHECK_OK(*this);
    return std::move(*value_);
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  Status status_;
  std::optional<T> value_;
};

}  // namespace borealis

// `lhs` may be a declaration, so it cannot stand in parentheses.
// NOLINTBEGIN(bugprone-macro-parentheses)
#define BOREALIS_CONCAT_INNER(a, b) a##b
#define BOREALIS_CONCAT(a, b) BOREALIS_CONCAT_INNER(a, b)

// Leaves the function with the failure of `expr` (a Status), if any.
#define RETURN_IF_ERROR(expr)                    \
  do {                                           \
    ::borealis::Status status_macro = (expr);    \
    if (!status_macro.ok()) return status_macro; \
  } while (false)

// `lhs = value of expr (a Result)`, or leaves the function with its failure.
#define ASSIGN_OR_RETURN(lhs, expr) \
  ASSIGN_OR_RETURN_IMPL(BOREALIS_CONCAT(result_macro_, __LINE__), lhs, expr)
#define ASSIGN_OR_RETURN_IMPL(result, lhs, expr) \
  auto result = (expr);                          \
  if (!result.ok()) return result.status();      \
  lhs = std::move(result).value()
// NOLINTEND(bugprone-macro-parentheses)

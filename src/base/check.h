// CHECK: invariants that hold or the process dies. On in every build, release included: a server
// that goes on with a broken invariant diverges, one that dies is rebuilt from the volume.
//
// CHECK(n < limit);  CHECK(n < limit, "n = {} of {}", n, limit);  CHECK_OK(status_or_result);
// A failure prints one line with file, line, condition and message to standard error and aborts.
#pragma once

#include <fmt/core.h>

#include <string>

namespace borealis {

[[noreturn]] void CheckFailed(const char* file, int line, const char* condition,
                              const std::string& message) noexcept;

inline std::string CheckMessage() { return {}; }
template <typename... Args>
std::string CheckMessage(fmt::format_string<Args...> format, Args&&... args) {
  return fmt::format(format, std::forward<Args>(args)...);
}

}  // namespace borealis

#define CHECK(condition, ...)                                         \
  do {                                                                \
    if (!(condition)) [[unlikely]]                                    \
      ::borealis::CheckFailed(__FILE__, __LINE__, #condition,         \
                              ::borealis::CheckMessage(__VA_ARGS__)); \
  } while (false)

#define CHECK_OK(expr)                                                          \
  do {                                                                          \
    const auto& check_ok_value = (expr);                                        \
    if (!check_ok_value.ok()) [[unlikely]]                                      \
      ::borealis::CheckFailed(__FILE__, __LINE__, #expr " is ok",               \
                              ::borealis::ToStatus(check_ok_value).ToString()); \
  } while (false)

// Operator log: one line per event, to a sink that the process chooses (the provider hands lines to
// the server's error log, commands print to standard error). Thread-safe.
#pragma once

#include <fmt/core.h>

#include <functional>
#include <string>

namespace borealis {

enum class LogLevel { kError, kWarning, kInfo, kDebug };

using LogSink = std::function<void(LogLevel, const std::string&)>;

// Replaces the sink of this process. The default prints "borealis: [level] text" to stderr.
void SetLogSink(LogSink sink);
// Lines above `level` are dropped; default kInfo.
void SetLogLevel(LogLevel level);
void LogLine(LogLevel level, const std::string& text);

template <typename... Args>
void LogError(fmt::format_string<Args...> format, Args&&... args) {
  LogLine(LogLevel::kError, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void LogWarning(fmt::format_string<Args...> format, Args&&... args) {
  LogLine(LogLevel::kWarning, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void LogInfo(fmt::format_string<Args...> format, Args&&... args) {
  LogLine(LogLevel::kInfo, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void LogDebug(fmt::format_string<Args...> format, Args&&... args) {
  LogLine(LogLevel::kDebug, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace borealis

// Operator log: one line per event, to a sink that the process chooses (the provider hands lines to
// the server's error log, commands print to standard error). Thread-safe.
#pragma once

#include <fmt/core.h>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace borealis {

enum class LogLevel { kError, kWarning, kInfo, kDebug };

using LogSink = std::function<void(LogLevel, const std::string&)>;

// What a line is about, by name: {"peer", "127.0.0.1"}.
using LogFields = std::vector<std::pair<std::string_view, std::string>>;
using StructuredLogSink = std::function<void(LogLevel, const std::string&, const LogFields&)>;

// Replaces the sink of this process. The default prints "borealis: [level] text" to stderr.
void SetLogSink(LogSink sink);
// The same for a sink that takes the fields apart from the text; others get them at its end, as
// name=value.
void SetStructuredLogSink(StructuredLogSink sink);
const char* LevelName(LogLevel level);  // "error", "warning", ...
// Lines above `level` are dropped; default kInfo.
void SetLogLevel(LogLevel level);
void LogLine(LogLevel level, const std::string& text);
void LogEvent(LogLevel level, const std::string& text, const LogFields& fields);

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

#include "base/log.h"

#include <atomic>
#include <cstdio>
#include <memory>
#include <utility>

#include "base/mutex.h"

namespace borealis {
namespace {

struct State {
  Mutex mutex;
  LogSink sink GUARDED_BY(mutex);
  StructuredLogSink structured_sink GUARDED_BY(mutex);
  std::atomic<LogLevel> level{LogLevel::kInfo};
};

State& GetState() {
  static State* state = new State;  // outlives every thread that may still log at exit
  return *state;
}

std::string WithFields(std::string text, const LogFields& fields) {
  for (const auto& [name, value] : fields) text += fmt::format(" {}={}", name, value);
  return text;
}

}  // namespace

const char* LevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kError:
      return "error";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kDebug:
      return "debug";
  }
  return "?";
}

void SetLogSink(LogSink sink) {
  State& state = GetState();
  MutexLock lock(state.mutex);
  state.sink = std::move(sink);
  state.structured_sink = nullptr;
}

void SetStructuredLogSink(StructuredLogSink sink) {
  State& state = GetState();
  MutexLock lock(state.mutex);
  state.structured_sink = std::move(sink);
}

void SetLogLevel(LogLevel level) { GetState().level = level; }

void LogLine(LogLevel level, const std::string& text) { LogEvent(level, text, {}); }

void LogEvent(LogLevel level, const std::string& text, const LogFields& fields) {
  State& state = GetState();
  if (level > state.level.load(std::memory_order_relaxed)) return;
  MutexLock lock(state.mutex);
  if (state.structured_sink) {
    state.structured_sink(level, text, fields);
  } else if (state.sink) {
    state.sink(level, WithFields(text, fields));
  } else {
    std::fprintf(stderr, "borealis: [%s] %s\n", LevelName(level), WithFields(text, fields).c_str());
  }
}

}  // namespace borealis

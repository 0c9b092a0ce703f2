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
  std::atomic<LogLevel> level{LogLevel::kInfo};
};

State& GetState() {
  static State* state = new State;  // outlives every thread that may still log at exit
  return *state;
}

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

}  // namespace

void SetLogSink(LogSink sink) {
  State& state = GetState();
  MutexLock lock(state.mutex);
  state.sink = std::move(sink);
}

void SetLogLevel(LogLevel level) { GetState().level = level; }

void LogLine(LogLevel level, const std::string& text) {
  State& state = GetState();
  if (level > state.level.load(std::memory_order_relaxed)) return;
  MutexLock lock(state.mutex);
  if (state.sink) {
    state.sink(level, text);
  } else {
    std::fprintf(stderr, "borealis: [%s] %s\n", LevelName(level), text.c_str());
  }
}

}  // namespace borealis

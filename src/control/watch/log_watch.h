// LogWatch: a thread that follows the logs of the clusters that somebody looks at, and keeps the
// newest records of each. It begins when the first one looks and ends, with all it holds, some
// seconds after the last one did. It reads at a low priority and not more than kReadBytesMax at a
// time, so that nobody who looks costs the writers more than that.
//
// Thread-safe. Adapter.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "base/clock.h"
#include "base/mutex.h"
#include "control/agents/places.h"
#include "control/model/region.h"
#include "control/watch/log_reader.h"

namespace borealis::control {

inline constexpr size_t kRecordsShownMax = 100;         // of one cluster
inline constexpr size_t kLogsFollowedMax = 4;           // at the same time
inline constexpr int64_t kLookedAtNs = 10'000'000'000;  // after a look
inline constexpr int64_t kReadEveryNs = 500'000'000;
inline constexpr int64_t kReadOnNs = 50'000'000;     // while it is behind
inline constexpr uint64_t kReadBytesMax = 16 << 20;  // of one log, in one go
inline constexpr int64_t kReopenNs = 5'000'000'000;  // after a failure

class LogWatch {
 public:
  LogWatch(Places places, const Clock& clock);
  ~LogWatch();

  enum class State { kOpening, kBehind, kLive, kFailed };
  struct News {
    State state = State::kOpening;
    std::string problem;                                     // kFailed: one line
    std::vector<std::shared_ptr<const RecordView>> records;  // oldest first
    int64_t head = 0;                                        // seqno of the newest that was read
  };
  // Those after `seqno`, and from now on more. `instances`: of the cluster. kUnavailable: too many
  // logs are being looked at.
  Result<News> Look(const Cluster& cluster, const std::vector<const Instance*>& instances,
                    int64_t seqno);

 private:
  struct Watched {
    std::string volume;
    std::vector<std::string> data_directories;
    int64_t looked_ns = 0;
    State state = State::kOpening;
    std::string problem;
    std::deque<std::shared_ptr<const RecordView>> records;  // at most kRecordsShownMax
    int64_t head = 0;
  };
  struct Reading {
    std::unique_ptr<LogReader> reader;
    int64_t reopen_ns = 0;  // not before
  };
  struct Progress {
    State state = State::kLive;
    std::string problem;
    std::vector<std::shared_ptr<const RecordView>> records;
    int64_t head = 0;
  };

  void Loop();
  // Drops what nobody looks at; a copy of the rest.
  std::map<std::string, Watched> Wanted() REQUIRES(mutex_);
  Progress Read(Reading& reading, const Watched& watched);
  void Publish(const std::string& id, Progress progress) EXCLUDES(mutex_);

  const Places places_;
  const Clock& clock_;
  std::map<std::string, Reading> readings_;  // of the thread
  Mutex mutex_;
  CondVar wake_;
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::map<std::string, Watched> watched_ GUARDED_BY(mutex_);  // by resource id
  std::thread thread_;
};

std::string ToJson(const LogWatch::News& news, const std::string& log);

}  // namespace borealis::control

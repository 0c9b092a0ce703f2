#include "control/watch/log_watch.h"

#include <nlohmann/json.hpp>

#include "base/background.h"
#include "node/layout.h"

namespace borealis::control {
namespace {

const char* StateText(LogWatch::State state) {
  switch (state) {
    case LogWatch::State::kOpening:
      return "opening";
    case LogWatch::State::kBehind:
      return "behind";
    case LogWatch::State::kLive:
      return "live";
    case LogWatch::State::kFailed:
      return "failed";
  }
  return "";
}

// Bytes of the log between two places; what lies in other segments counts as all that may be.
uint64_t BytesBetween(const Position& from, const Position& to) {
  return from.segment == to.segment ? to.offset - from.offset : kReadBytesMax;
}

}  // namespace

LogWatch::LogWatch(Places places, const Clock& clock) : places_(std::move(places)), clock_(clock) {
  thread_ = std::thread([this] { Loop(); });
}

LogWatch::~LogWatch() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  wake_.NotifyAll();
  thread_.join();
}

Result<LogWatch::News> LogWatch::Look(const Cluster& cluster,
                                      const std::vector<const Instance*>& instances,
                                      int64_t seqno) {
  const ClusterPlaces at = places_.Of(cluster);
  MutexLock lock(mutex_);
  const auto found = watched_.find(cluster.resource_id);
  if (found == watched_.end() && watched_.size() >= kLogsFollowedMax) {
    return Status(Code::kUnavailable,
                  "Too many logs are being looked at; close a page that shows another.");
  }
  Watched& watched = watched_[cluster.resource_id];
  const bool idle = watched.looked_ns == 0;
  watched.looked_ns = clock_.MonotonicNs();
  watched.volume = at.volume();
  watched.data_directories.clear();
  for (const Instance* instance : instances) {
    watched.data_directories.push_back(
        node::NodeLayout{at.nodes() + "/" + NodeNameOf(*instance)}.data());
  }
  if (idle) wake_.NotifyAll();
  News news{watched.state, watched.problem, {}, watched.head};
  for (const auto& record : watched.records) {
    if (record->seqno > seqno) news.records.push_back(record);
  }
  return news;
}

void LogWatch::Loop() {
  BecomeBackground();
  while (true) {
    std::map<std::string, Watched> wanted;
    {
      MutexLock lock(mutex_);
      while (!stopping_ && watched_.empty()) wake_.Wait(mutex_);
      if (stopping_) return;
      wanted = Wanted();
    }
    std::erase_if(readings_, [&](const auto& r) { return !wanted.contains(r.first); });
    bool behind = false;
    for (const auto& [id, watched] : wanted) {
      Progress progress = Read(readings_[id], watched);
      behind = behind || progress.state == State::kBehind;
      Publish(id, std::move(progress));
    }
    MutexLock lock(mutex_);
    if (!stopping_) wake_.WaitFor(mutex_, behind ? kReadOnNs : kReadEveryNs);
    if (stopping_) return;
  }
}

std::map<std::string, LogWatch::Watched> LogWatch::Wanted() {
  const int64_t now = clock_.MonotonicNs();
  std::erase_if(watched_, [&](const auto& w) { return w.second.looked_ns + kLookedAtNs < now; });
  std::map<std::string, Watched> wanted;
  for (const auto& [id, watched] : watched_) {
    wanted[id].volume = watched.volume;
    wanted[id].data_directories = watched.data_directories;
  }
  return wanted;
}

LogWatch::Progress LogWatch::Read(Reading& reading, const Watched& watched) {
  Progress progress;
  const auto fail = [&](const Status& status) {
    reading.reader.reset();
    reading.reopen_ns = clock_.MonotonicNs() + kReopenNs;
    progress.state = State::kFailed;
    progress.problem = status.message();
    return std::move(progress);
  };
  if (reading.reader == nullptr) {
    if (clock_.MonotonicNs() < reading.reopen_ns) {
      progress.state = State::kFailed;
      return progress;
    }
    auto opened = LogReader::Open(watched.volume, watched.data_directories);
    if (!opened.ok()) return fail(opened.status());
    reading.reader = std::move(opened).value();
  }
  std::deque<std::shared_ptr<const RecordView>> newest;
  const Position from = reading.reader->position();
  while (true) {
    auto record = reading.reader->Next();
    if (!record.ok()) return fail(record.status());
    if (!*record) break;
    progress.head = (*record)->seqno;
    newest.push_back(std::make_shared<const RecordView>(std::move(**record)));
    if (newest.size() > kRecordsShownMax) newest.pop_front();
    if (BytesBetween(from, reading.reader->position()) >= kReadBytesMax) {
      progress.state = State::kBehind;
      break;
    }
  }
  progress.records.assign(newest.begin(), newest.end());
  return progress;
}

void LogWatch::Publish(const std::string& id, Progress progress) {
  MutexLock lock(mutex_);
  const auto found = watched_.find(id);
  if (found == watched_.end()) return;
  Watched& watched = found->second;
  watched.state = progress.state;
  if (progress.state != State::kFailed || !progress.problem.empty()) {
    watched.problem = std::move(progress.problem);
  }
  if (progress.head != 0) watched.head = progress.head;
  for (auto& record : progress.records) {
    // One that was read before a failure is read again.
    if (!watched.records.empty() && record->seqno <= watched.records.back()->seqno) continue;
    watched.records.push_back(std::move(record));
    if (watched.records.size() > kRecordsShownMax) watched.records.pop_front();
  }
}

std::string ToJson(const LogWatch::News& news, const std::string& log) {
  nlohmann::json json = {{"log", log}, {"state", StateText(news.state)}, {"head", news.head}};
  if (!news.problem.empty()) json["problem"] = news.problem;
  nlohmann::json& records = json["records"] = nlohmann::json::array();
  for (const auto& record : news.records) records.push_back(ToJson(*record));
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace borealis::control

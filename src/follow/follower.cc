#include "follow/follower.h"

#include <fmt/core.h>
#include <poll.h>

#include <algorithm>

#include "follow/binlog_process.h"

namespace borealis::follow {
namespace {

constexpr int kIdleMs = 200;
constexpr int kLookMs = 100;
constexpr int64_t kTellNs = 10'000'000'000;
constexpr int kRetryMs = 1000;

bool IsFinal(Code code) {
  return code == Code::kInvalidArgument || code == Code::kUnsupported || code == Code::kNotFound ||
         code == Code::kAborted || code == Code::kCorruption;
}

void Pause(int ms, const std::atomic<bool>& cancel) {
  for (; ms > 0 && !cancel.load(); ms -= kLookMs) (void)poll(nullptr, 0, kLookMs);
}

class Follower {
 public:
  Follower(const FollowRequest& request, const Clock& clock, const std::atomic<bool>& cancel)
      : request_(request), clock_(clock), cancel_(cancel) {}

  Result<FollowReport> Run() {
    int failures = 0;
    while (true) {
      const SourcePosition before = report_.position;
      const Status status = Once(failures > 0);
      if (status.ok()) return std::move(report_);
      if (IsFinal(status.code())) return status;
      failures = report_.position == before ? failures + 1 : 1;
      if (failures >= request_.failures_max) {
        return status.WithContext(
            fmt::format("no way on after {} tries at {}", failures, report_.position.ToString()));
      }
      if (!cancel_.load()) {
        request_.tell(
            fmt::format("{}; trying again at {}", status.message(), report_.position.ToString()));
      }
      ++report_.restarts;
      Pause(kRetryMs, cancel_);
    }
  }

 private:
  // From the cluster's position on, over one session. `carefully`: one transaction at a time.
  Status Once(bool carefully) {
    if (cancel_.load()) return {Code::kAborted, "cancelled"};
    ASSIGN_OR_RETURN(const auto session, request_.connect());
    ApplierOptions options = request_.applier;
    if (carefully) options.group_transactions_max = 1;
    Applier applier(*session, options);
    ASSIGN_OR_RETURN(const std::optional<SourcePosition> known, applier.Load());
    if (!known.has_value()) {
      if (!request_.start.has_value()) {
        return {
            Code::kNotFound,
            fmt::format("'{}' was not followed before: say from where, with --dump or --position",
                        options.name)};
      }
      RETURN_IF_ERROR(applier.Begin(*request_.start));
    }
    report_.position = applier.position();
    if (report_.figures.transactions == 0 && report_.restarts == 0) {
      request_.tell("following from " + report_.position.ToString());
    }
    Status status = Read(applier);
    Add(applier.figures());
    report_.position = applier.position();
    return status;
  }

  Status Read(Applier& applier) {
    std::vector<std::string> argv = request_.binlog_command;
    argv.insert(argv.end(), {"--read-from-remote-server", "--stop-never",
                             fmt::format("--start-position={}", applier.position().offset),
                             applier.position().file});
    ASSIGN_OR_RETURN(BinlogProcess process, BinlogProcess::Start(argv));
    BinlogText text(applier.position());
    while (true) {
      if (cancel_.load()) return {Code::kAborted, "cancelled"};
      ASSIGN_OR_RETURN(const std::optional<std::string> line, process.Line(kIdleMs));
      if (!line.has_value()) {
        RETURN_IF_ERROR(applier.Flush());
        // Behind the last transaction lie events that are none.
        if (Reached(text.position()) && !applier.busy()) return Status::Ok();
      } else {
        ASSIGN_OR_RETURN(const std::optional<BinlogItem> item, text.Line(*line));
        if (item.has_value()) RETURN_IF_ERROR(applier.Apply(*item, process.HasMore()));
      }
      if (Reached(applier.position())) return Status::Ok();
      Tell(applier);
    }
  }

  bool Reached(const SourcePosition& position) const {
    return request_.until.has_value() && !IsBefore(position, *request_.until);
  }

  void Tell(const Applier& applier) {
    const int64_t now_ns = clock_.MonotonicNs();
    if (now_ns - told_ns_ < kTellNs) return;
    told_ns_ = now_ns;
    request_.tell(fmt::format("at {}, {} transactions", applier.position().ToString(),
                              report_.figures.transactions + applier.figures().transactions));
  }

  void Add(const ApplierFigures& figures) {
    report_.figures.transactions += figures.transactions;
    report_.figures.commits += figures.commits;
    report_.figures.definitions += figures.definitions;
  }

  const FollowRequest& request_;
  const Clock& clock_;
  const std::atomic<bool>& cancel_;
  FollowReport report_;
  int64_t told_ns_ = 0;
};

}  // namespace

Result<FollowReport> Follow(const FollowRequest& request, const Clock& clock,
                            const std::atomic<bool>& cancel) {
  return Follower(request, clock, cancel).Run();
}

}  // namespace borealis::follow

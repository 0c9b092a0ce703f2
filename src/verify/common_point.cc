#include "verify/common_point.h"

#include <fmt/core.h>
#include <mysql.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <optional>
#include <thread>

#include "base/clock.h"

namespace borealis::verify {
namespace {

// The seqno lies this far ahead of the newest node, so that none is past it when it is told. Grows
// until it is far enough for the rate of commits.
constexpr int64_t kMargins[] = {4, 16, 64, 256, 1024, 4096, 4096, 4096};
constexpr int64_t kReachMsMax = 4000;  // less than a node holds by itself
constexpr auto kLook = std::chrono::milliseconds(1);

// A record without effect on data, so that an idle cluster reaches the seqno, too.
constexpr char kMarker[] = "FLUSH HOSTS";

void ReleaseAll(std::vector<NodeSession>& nodes) {
  for (NodeSession& node : nodes) {
    (void)node.control.Query("SET GLOBAL wsrep_provider_options='hold_after=0'");
  }
}

void RollBackAll(std::vector<NodeSession>& nodes) {
  for (NodeSession& node : nodes) (void)node.reader.Query("ROLLBACK");
}

// Writes up to `count` markers; the last may wait until the node is released.
class Marking {
 public:
  Marking(const Endpoint& endpoint, const std::string& user, int64_t count)
      : thread_([this, endpoint, user, count] {
          mysql_thread_init();
          if (auto client = node::ServerClient::Connect(endpoint.socket, user, 30); client.ok()) {
            for (int64_t i = 0; i < count && !stop_; ++i) (void)client->Query(kMarker);
          }
          mysql_thread_end();
        }) {}
  ~Marking() {
    stop_ = true;
    thread_.join();
  }
  Marking(const Marking&) = delete;
  Marking& operator=(const Marking&) = delete;

 private:
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

// False: this node is past the seqno.
Result<bool> Hold(NodeSession& node, Seqno seqno) {
  const auto done = node.control.Query(
      fmt::format("SET GLOBAL wsrep_provider_options='hold_after={}'", seqno.value));
  if (done.ok()) return true;
  if (done.status().code() == Code::kInternal) return false;
  return done.status().WithContext(node.name);
}

Status OpenSnapshot(NodeSession& node, Seqno seqno, std::atomic<int64_t>& held_us_max,
                    const std::function<Status(NodeSession&)>& while_held) {
  const Clock& clock = SystemClock();
  const int64_t deadline_ns = clock.MonotonicNs() + kReachMsMax * 1'000'000;
  while (true) {
    ASSIGN_OR_RETURN(const Seqno committed, node.LastCommitted());
    if (committed >= seqno) break;
    if (clock.MonotonicNs() > deadline_ns) {
      return {Code::kTimeout,
              fmt::format("it is {} transactions behind", seqno.value - committed.value)};
    }
    std::this_thread::sleep_for(kLook);
  }
  const int64_t reached_ns = clock.MonotonicNs();
  RETURN_IF_ERROR(node.reader.Query("START TRANSACTION WITH CONSISTENT SNAPSHOT").status());
  RETURN_IF_ERROR(while_held(node));
  ASSIGN_OR_RETURN(const std::string held, node.StatusOf("wsrep_borealis_held_after"));
  if (held != std::to_string(seqno.value)) {
    return {Code::kTimeout, "its commits went on before its snapshot was open"};
  }
  RETURN_IF_ERROR(node.control.Query("SET GLOBAL wsrep_provider_options='hold_after=0'").status());
  const int64_t held_us = (clock.MonotonicNs() - reached_ns) / 1000;
  int64_t longest = held_us_max.load();
  while (longest < held_us && !held_us_max.compare_exchange_weak(longest, held_us)) {
  }
  return Status::Ok();
}

// kNotFound: a node was past the seqno already.
Result<CommonPoint> Try(std::vector<NodeSession>& nodes, int64_t margin, const Endpoint& marker,
                        const std::string& user,
                        const std::function<Status(NodeSession&)>& while_held) {
  Seqno newest = Seqno::Zero();
  for (NodeSession& node : nodes) {
    ASSIGN_OR_RETURN(const Seqno committed, node.LastCommitted());
    newest = std::max(newest, committed);
  }
  const Seqno seqno{newest.value + margin};
  for (NodeSession& node : nodes) {
    ASSIGN_OR_RETURN(const bool in_time, Hold(node, seqno));
    if (!in_time) return Status(Code::kNotFound, "past it");
  }
  std::atomic<int64_t> held_us_max{0};
  Marking marking(marker, user, margin);
  const Status opened = OnAll(
      nodes, [&](NodeSession& node) { return OpenSnapshot(node, seqno, held_us_max, while_held); });
  if (!opened.ok()) {
    ReleaseAll(nodes);  // before the markers are waited for
    return opened;
  }
  return CommonPoint{seqno, held_us_max.load()};
}

}  // namespace

Result<CommonPoint> ReachCommonPoint(std::vector<NodeSession>& nodes, const Endpoint& marker,
                                     const std::string& user,
                                     const std::function<Status(NodeSession&)>& while_held) {
  Status last;
  for (const int64_t margin : kMargins) {
    auto point = Try(nodes, margin, marker, user, while_held);
    if (point.ok()) return point;
    last = point.status();
    ReleaseAll(nodes);
    RollBackAll(nodes);
    if (last.code() != Code::kNotFound && last.code() != Code::kTimeout) return last;
  }
  return Status(Code::kTimeout, "no seqno was reached by all nodes: " + last.message());
}

Status OnAll(std::vector<NodeSession>& nodes, const std::function<Status(NodeSession&)>& work) {
  std::vector<Status> results(nodes.size());
  std::vector<std::thread> threads;
  for (size_t i = 0; i < nodes.size(); ++i) {
    threads.emplace_back([&, i] {
      mysql_thread_init();
      results[i] = work(nodes[i]);
      mysql_thread_end();
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (!results[i].ok()) return results[i].WithContext(nodes[i].name);
  }
  return Status::Ok();
}

}  // namespace borealis::verify

#include "control/metrics/prometheus.h"

#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <vector>

namespace borealis::control {
namespace {

constexpr std::string_view kNotToServe[] = {"creating", "starting", "stopping", "stopped",
                                            "deleting"};

struct Metric {
  std::string_view name;
  std::string_view type;
  std::string_view help;
  std::function<std::optional<double>(const InstanceSample&)> value;
};

// A figure of the server, in the unit that Prometheus wants (seconds, bytes).
auto Figure(std::string_view figure, double scale = 1) {
  size_t index = 0;
  while (node::kFigureSources[index].name != figure) ++index;
  return [index, scale](const InstanceSample& s) -> std::optional<double> {
    if (s.figures[index] < 0) return std::nullopt;
    return static_cast<double>(s.figures[index]) * scale;
  };
}

const std::vector<Metric>& Metrics() {
  static const std::vector<Metric> metrics = {
      {"up", "gauge", "1 while the server accepts reads and writes",
       [](const auto& s) { return s.up ? 1.0 : 0.0; }},
      {"commits_total", "counter", "Commits of its own clients", Figure("commits")},
      {"conflicts_total", "counter", "Commits that lost against an earlier one of another server",
       Figure("conflicts")},
      {"aborts_total", "counter", "Transactions that gave way to another server's",
       Figure("aborts")},
      {"queries_total", "counter", "Statements of clients", Figure("queries")},
      {"slow_queries_total", "counter", "Statements above long_query_time", Figure("slow_queries")},
      {"connections", "gauge", "Connections of clients", Figure("connections")},
      {"running_statements", "gauge", "Statements under way", Figure("running")},
      {"lag_records", "gauge", "Records of the log that are not applied yet", Figure("lag")},
      {"appended_records_total", "counter", "Records it appended to the log", Figure("appended")},
      {"appended_bytes_total", "counter", "Bytes it appended to the log", Figure("appended_bytes")},
      {"append_failures_total", "counter", "Records that could not be appended",
       Figure("append_failures")},
      {"batches_total", "counter", "Batches it appended; records / batches is their size",
       Figure("batches")},
      {"append_seconds_total", "counter", "Time for appending batches, without the sync",
       Figure("append_us", 1e-6)},
      {"sync_seconds_total", "counter", "Time for making batches durable", Figure("sync_us", 1e-6)},
      {"received_records_total", "counter", "Records of other servers", Figure("received")},
      {"certification_index_bytes", "gauge", "Memory of the certification index",
       Figure("index_bytes")},
      {"throttled_seconds_total", "counter", "Time that its clients were held back for",
       Figure("throttled_ms", 1e-3)},
      {"seqno", "gauge", "Last committed record of the log",
       [](const auto& s) { return static_cast<double>(s.seqno); }},
      {"crashes_total", "counter", "Unexpected ends of the server in its agent's life",
       [](const auto& s) { return static_cast<double>(s.restarts); }},
      {"cache_rebuilds", "gauge", "Rebuilds of its cache since it was ready last",
       [](const auto& s) { return static_cast<double>(s.rebuilds); }},
      {"cache_bytes", "gauge", "Disk that its cache takes",
       [](const auto& s) { return static_cast<double>(s.cache_bytes); }},
      {"cpu_seconds_total", "counter", "Processor time of the server",
       [](const auto& s) { return static_cast<double>(s.cpu_ms) / 1000; }},
      {"memory_bytes", "gauge", "Resident memory of the server",
       [](const auto& s) { return static_cast<double>(s.memory_bytes); }},
  };
  return metrics;
}

// `instance` is Prometheus's own label, for where it scraped: ours would be renamed.
constexpr char kInstanceLine[] = "borealis_{}{{cluster=\"{}\",db_instance=\"{}\"}} {}\n";

// One that is down all the same is missed.
bool IsToServe(const Instance& instance) {
  return std::ranges::find(kNotToServe, instance.status) == std::end(kNotToServe);
}

void AddHead(std::string& out, std::string_view name, std::string_view type,
             std::string_view help) {
  out += fmt::format("# HELP borealis_{} {}\n# TYPE borealis_{} {}\n", name, help, name, type);
}

}  // namespace

// Identifiers are letters, digits and hyphens: no label has to be escaped.
std::string RenderMetrics(const Region& region, const Sample& sample) {
  std::string out;
  for (const Metric& metric : Metrics()) {
    AddHead(out, metric.name, metric.type, metric.help);
    for (const auto& [id, taken] : sample.instances) {
      const auto instance = region.instances.find(id);
      const auto value = metric.value(taken);
      if (instance == region.instances.end() || !value) continue;
      out += fmt::format(kInstanceLine, metric.name, instance->second.cluster, id, *value);
    }
  }
  AddHead(out, "volume_bytes", "gauge", "Disk that the cluster's volume takes");
  for (const auto& [id, taken] : sample.clusters) {
    out += fmt::format("borealis_volume_bytes{{cluster=\"{}\"}} {}\n", id, taken.volume_bytes);
  }
  const auto add = [&](std::string_view name, std::string_view help, auto holds) {
    AddHead(out, name, "gauge", help);
    for (const auto& [id, instance] : region.instances) {
      out += fmt::format(kInstanceLine, name, instance.cluster, id, holds(instance) ? 1 : 0);
    }
  };
  add("instance_failed", "1: the instance cannot be brought up",
      [](const Instance& instance) { return instance.status == "failed"; });
  add("instance_wanted", "1: the instance is to serve; 0: it is being created, stopped or deleted",
      IsToServe);
  return out;
}

}  // namespace borealis::control

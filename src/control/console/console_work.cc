// Routes of the console that are no actions of the API: trials, the log, access keys.
#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/log.h"
#include "control/api/parameters.h"
#include "control/console/console.h"
#include "control/console/json_answer.h"

namespace borealis::control {

// Of the cluster's writers that are available, the two that are named, or the first two.
HttpAnswer Console::StartTrial(const HttpRequest& request) {
  const auto form = DecodeForm(request.body);
  if (!form.ok()) return Refused(400, "MalformedQueryString", form.status().message());
  Parameters parameters(*form);
  TrialRequest trial;
  trial.cluster = parameters.Identifier("cluster");
  trial.password = parameters.Required("password");
  trial.rows = parameters.Number("rows", 100, 1, kTrialRowsMax);
  trial.interval_ms = parameters.Number("interval_ms", 500, 0, 10'000);
  trial.empty = parameters.Flag("empty", false);
  const std::vector<std::string> named = parameters.List("writer");
  if (const auto& error = parameters.error()) {
    return Refused(error->http_status, error->code, error->message);
  }
  const Region region = service_.Snapshot();
  const auto cluster = region.clusters.find(trial.cluster);
  if (cluster == region.clusters.end()) return Refused(404, "NotFound", "No such cluster.");
  trial.user = cluster->second.master_user;
  for (const Instance* instance : region.InstancesOf(trial.cluster)) {
    const bool wanted =
        named.empty() || std::find(named.begin(), named.end(), instance->id) != named.end();
    if (instance->status != "available" || !wanted || trial.addresses.size() == 2) continue;
    trial.addresses.push_back(fmt::format("{}:{}", instance->address, instance->port));
  }
  if (trial.addresses.empty()) {
    return Refused(400, "InvalidDBClusterStateFault", "No writer of it is available.");
  }
  const Status started = trials_.Start(trial);
  return started.ok() ? JsonAnswer(200, "{}") : Refused(400, "NotStarted", started.message());
}

HttpAnswer Console::StopTrial(const HttpRequest& request) {
  const auto form = DecodeForm(request.body);
  const Status stopped = trials_.Stop(form.ok() ? FieldOf(*form, "cluster") : std::string());
  return stopped.ok() ? JsonAnswer(200, "{}") : Refused(404, "NotFound", stopped.message());
}

// The newest records of a cluster's log, behind one that the page has.
HttpAnswer Console::Log(const std::string& query) {
  const auto form = DecodeForm(query);
  if (!form.ok()) return Refused(400, "MalformedQueryString", form.status().message());
  Parameters parameters(*form);
  const std::string id = parameters.Identifier("cluster");
  const int64_t after = std::strtoll(FieldOf(*form, "after").c_str(), nullptr, 10);
  if (const auto& error = parameters.error()) {
    return Refused(error->http_status, error->code, error->message);
  }
  const Region region = service_.Snapshot();
  const auto cluster = region.clusters.find(id);
  if (cluster == region.clusters.end()) return Refused(404, "NotFound", "No such cluster.");
  const auto news = log_watch_.Look(cluster->second, region.InstancesOf(id), after);
  if (!news.ok()) return Refused(503, "TooManyLogs", news.status().message());
  return JsonAnswer(200, ToJson(*news, cluster->second.resource_id));
}

HttpAnswer Console::ListKeys() {
  const auto keys = sessions_.ListKeys();
  if (!keys.ok()) return Refused(500, "InternalFailure", keys.status().message());
  nlohmann::json list = nlohmann::json::array();
  for (const AccessKey& key : *keys) {
    list.push_back({{"id", key.id},
                    {"name", key.name},
                    {"read_only", key.read_only},
                    {"created_ms", key.created_us / 1000}});
  }
  return JsonAnswer(200, list.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

HttpAnswer Console::MakeKey(const HttpRequest& request) {
  const auto form = DecodeForm(request.body);
  if (!form.ok()) return Refused(400, "MalformedQueryString", form.status().message());
  const auto key = sessions_.MakeKey(FieldOf(*form, "name").substr(0, kKeyNameBytesMax),
                                     FieldOf(*form, "read_only") == "true", clock_.WallUs());
  if (!key.ok()) return Refused(500, "InternalFailure", key.status().message());
  LogEvent(LogLevel::kInfo, "console: access key made", {{"key", key->id}});
  const nlohmann::json json = {{"id", key->id}, {"secret", key->secret}};
  return JsonAnswer(200, json.dump());
}

HttpAnswer Console::RemoveKey(const HttpRequest& request) {
  const auto form = DecodeForm(request.body);
  const std::string id = form.ok() ? FieldOf(*form, "id") : std::string();
  const Status removed = sessions_.RemoveKey(id);
  if (!removed.ok()) return Refused(404, "NotFound", removed.message());
  LogEvent(LogLevel::kInfo, "console: access key removed", {{"key", id}});
  return JsonAnswer(200, "{}");
}

}  // namespace borealis::control

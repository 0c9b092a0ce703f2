#include "control/metrics/sample.h"

#include <nlohmann/json.hpp>

namespace borealis::control {

std::string ToJson(const Sample& sample) {
  nlohmann::json instances = nlohmann::json::object();
  for (const auto& [id, s] : sample.instances) {
    nlohmann::json& json = instances[id];
    json = {{"up", s.up},
            {"seqno", s.seqno},
            {"cpu_ms", s.cpu_ms},
            {"memory_bytes", s.memory_bytes},
            {"restarts", s.restarts},
            {"cache_bytes", s.cache_bytes}};
    if (s.crash_us != 0) json["crash_ms"] = s.crash_us / 1000;
    if (s.recovery_ms >= 0) json["recovery_ms"] = s.recovery_ms;
    for (size_t n = 0; n < s.figures.size(); ++n) {
      if (s.figures[n] >= 0) json[std::string(node::kFigureSources[n].name)] = s.figures[n];
    }
  }
  nlohmann::json clusters = nlohmann::json::object();
  for (const auto& [id, s] : sample.clusters) clusters[id] = {{"volume_bytes", s.volume_bytes}};
  const nlohmann::json json = {
      {"t", sample.time_us / 1000}, {"instances", instances}, {"clusters", clusters}};
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace borealis::control

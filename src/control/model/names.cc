#include "control/model/names.h"

#include <fmt/core.h>

namespace borealis::control {
namespace {

constexpr char kCustom[] = "cluster-custom.";

std::string Named(const std::string& suffix, const std::string& id, const char* kind,
                  const std::string& address) {
  return suffix.empty() ? address : fmt::format("{}.{}{}", id, kind, suffix);
}

}  // namespace

std::string EndpointOf(const std::string& suffix, const Instance& instance) {
  return Named(suffix, instance.id, "", instance.address);
}

std::string EndpointOf(const std::string& suffix, const Cluster& cluster) {
  return Named(suffix, cluster.id, "cluster.", cluster.endpoint_address);
}

std::string EndpointOf(const std::string& suffix, const ClusterEndpoint& endpoint) {
  return Named(suffix, endpoint.id, kCustom, endpoint.address);
}

std::string AnyCustomEndpoint(const std::string& suffix) {
  return fmt::format("*.{}{}", kCustom, suffix);
}

std::string ApiName(const std::string& suffix) { return "api." + suffix; }

std::string HostsLines(const Region& region, const std::string& suffix,
                       const std::string& api_address) {
  std::string lines = fmt::format("{}\t{}\n", api_address, ApiName(suffix));
  const auto add = [&](const auto& all) {
    for (const auto& [id, object] : all) {
      const std::string address = EndpointOf("", object);
      if (!address.empty()) lines += fmt::format("{}\t{}\n", address, EndpointOf(suffix, object));
    }
  };
  add(region.clusters);
  add(region.instances);
  add(region.endpoints);
  return lines;
}

std::string WithHosts(const std::string& content, const std::string& owner,
                      const std::string& lines) {
  const std::string begin = fmt::format("# begin: borealis serve, {}\n", owner);
  const std::string end = fmt::format("# end: borealis serve, {}\n", owner);
  const std::string block = lines.empty() ? "" : begin + lines + end;
  const size_t from = content.find(begin);
  const size_t to = from == std::string::npos ? from : content.find(end, from);
  if (to != std::string::npos) {
    return content.substr(0, from) + block + content.substr(to + end.size());
  }
  const bool open_line = !content.empty() && content.back() != '\n' && !block.empty();
  return content + (open_line ? "\n" : "") + block;
}

}  // namespace borealis::control

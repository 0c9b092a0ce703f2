#include "control/reconcile/balancing.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "control/api/signature.h"

namespace borealis::control {
namespace {

// `redispatch`: a server that refuses a connection is passed over for the next at once.
constexpr char kHead[] = R"(# Written by borealis serve; what is changed here is lost.
global
  description {}
  stats socket {} mode 600 level admin expose-fd listeners
{}
defaults
  mode tcp
  balance roundrobin
  option redispatch 1
  option clitcpka
  option srvtcpka
  retries 3
  timeout connect 3s
  timeout client 20d
  timeout server 20d
)";

class Renderer {
 public:
  Renderer(const Region& region, const Observed& observed, const BalancerPlaces& places)
      : region_(region), observed_(observed), places_(places) {}

  Balancing Run() {
    for (const auto& [id, cluster] : region_.clusters) {
      // An empty address would be every one of the machine's.
      if (cluster.status != "deleting" && !cluster.endpoint_address.empty()) OnCluster(cluster);
    }
    if (listens_.empty()) return {};
    const std::string user =
        places_.user.empty() ? "" : fmt::format("  user {0}\n  group {0}\n", places_.user);
    balancing_.name = Sha256Hex(listens_).substr(0, 16);
    balancing_.config = fmt::format(kHead, balancing_.name, places_.socket(), user) + listens_;
    return std::move(balancing_);
  }

 private:
  void OnCluster(const Cluster& cluster) {
    std::string blocks;
    for (const std::string& block : AllowedBlocks(region_, cluster, cluster.port)) {
      blocks += block + "\n";
    }
    balancing_.lists[places_.list(cluster.directory)] = blocks;
    std::vector<const Instance*> members;
    for (const Instance* instance : region_.InstancesOf(cluster.id)) {
      if (instance->status != "deleting") members.push_back(instance);
    }
    Listen("cluster." + cluster.id, cluster, cluster.endpoint_address, members);
    for (const Instance* instance : members) {
      Listen("instance." + instance->id, cluster, instance->address, {instance});
    }
    for (const auto& [id, endpoint] : region_.endpoints) {
      if (endpoint.cluster != cluster.id || endpoint.status == "deleting") continue;
      Listen("custom." + id, cluster, endpoint.address, MembersOf(region_, endpoint));
    }
  }

  void Listen(const std::string& name, const Cluster& cluster, const std::string& address,
              const std::vector<const Instance*>& members) {
    listens_ += fmt::format(
        "\nlisten {}\n  bind {}:{}\n  tcp-request connection reject unless {{ src -f {} }}\n"
        "  source {}\n",
        name, address, cluster.port, places_.list(cluster.directory), cluster.endpoint_address);
    // With one server there is nothing to wait for.
    if (members.size() == 1) listens_ += "  retries 0\n";
    for (const Instance* instance : members) {
      listens_ += fmt::format("  server {} {}:{} send-proxy-v2\n", instance->id, instance->address,
                              instance->inner_port);
      balancing_.servers[name + "/" + instance->id] = Serves(*instance);
    }
  }

  bool Serves(const Instance& instance) const {
    const auto seen = observed_.instances.find(instance.resource_id);
    // One whose turn to restart has not come yet serves.
    const bool leaves = instance.stop_first && observed_.busy.contains(instance.resource_id);
    return seen != observed_.instances.end() &&
           seen->second.node == ObservedInstance::Node::kReady && !leaves &&
           instance.status != "creating" && instance.status != "stopping";
  }

  const Region& region_;
  const Observed& observed_;
  const BalancerPlaces& places_;
  Balancing balancing_;
  std::string listens_;
};

}  // namespace

Balancing RenderBalancing(const Region& region, const Observed& observed,
                          const BalancerPlaces& places) {
  return Renderer(region, observed, places).Run();
}

std::vector<std::string> AllowedBlocks(const Region& region, const Cluster& cluster,
                                       uint16_t port) {
  std::set<std::string> blocks;
  for (const std::string& id : cluster.security_groups) {
    const auto group = region.security_groups.find(id);
    if (group == region.security_groups.end()) continue;
    for (const IngressRule& rule : group->second.ingress) {
      const bool fits = rule.protocol == "-1" ||
                        (rule.protocol == "tcp" && rule.from_port <= port && port <= rule.to_port);
      if (fits) blocks.insert(rule.cidr);
    }
  }
  return {blocks.begin(), blocks.end()};
}

std::vector<const Instance*> MembersOf(const Region& region, const ClusterEndpoint& endpoint) {
  const auto in = [](const std::vector<std::string>& list, const std::string& id) {
    return std::ranges::find(list, id) != list.end();
  };
  std::vector<const Instance*> members;
  for (const Instance* instance : region.InstancesOf(endpoint.cluster)) {
    if (instance->status == "deleting" || in(endpoint.excluded_members, instance->id)) continue;
    if (!endpoint.static_members.empty() && !in(endpoint.static_members, instance->id)) continue;
    members.push_back(instance);
  }
  return members;
}

}  // namespace borealis::control

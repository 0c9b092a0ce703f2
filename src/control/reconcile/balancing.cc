#include "control/reconcile/balancing.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "control/api/signature.h"
#include "control/reconcile/connection_limits.h"

namespace borealis::control {
namespace {

// `redispatch`: a server that refuses a connection is passed over for the next at once.
// `fin`: who does not close when the other side has ended holds no place for long.
constexpr char kHead[] = R"(# Written by borealis serve; what is changed here is lost.
global
  description {}
  stats socket {} mode 600 level admin expose-fd listeners
  maxconn {}
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
  timeout client-fin 10s
  timeout server-fin 10s
)";
constexpr int64_t kBeingRefused = 100;   // at one moment; of kFilesReserved
constexpr int64_t kFilesOfEndpoint = 2;  // its listener, also while another process takes it over

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
    const int64_t room = Room();
    const std::string listens = Listens(room);
    const std::string user =
        places_.user.empty() ? "" : fmt::format("  user {0}\n  group {0}\n", places_.user);
    const auto whole = [&](const std::string& name) {
      return fmt::format(kHead, name, places_.socket(), room + kBeingRefused, user) + listens;
    };
    balancing_.name = Sha256Hex(whole("")).substr(0, 16);
    balancing_.config = whole(balancing_.name);
    return std::move(balancing_);
  }

 private:
  struct Endpoint {
    std::string head, rest;   // lines of its section
    int64_t connections = 0;  // that its servers take
  };

  // Connections of all endpoints together.
  int64_t Room() const {
    const auto endpoints = static_cast<int64_t>(listens_.size());
    const int64_t files = places_.files - kFilesReserved - kFilesOfEndpoint * endpoints;
    return std::max(files / 2, endpoints);
  }

  std::string Listens(int64_t room) {
    std::vector<int64_t> taken;
    for (const Endpoint& listen : listens_) taken.push_back(listen.connections);
    const std::vector<int64_t> limits = ShareConnections(taken, room);
    std::string text;
    for (size_t n = 0; n < listens_.size(); ++n) {
      text += fmt::format("{}  tcp-request connection reject if {{ fe_conn gt {} }}\n{}",
                          listens_[n].head, limits[n], listens_[n].rest);
      balancing_.short_of_files |= limits[n] < taken[n];
    }
    return text;
  }

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
    Endpoint& listen = listens_.emplace_back();
    listen.head = fmt::format(
        "\nlisten {}\n  bind {}:{}\n  tcp-request connection reject unless {{ src -f {} }}\n", name,
        address, cluster.port, places_.list(cluster.directory));
    listen.rest = fmt::format("  source {}\n", cluster.endpoint_address);
    // With one server there is nothing to wait for.
    if (members.size() == 1) listen.rest += "  retries 0\n";
    for (const Instance* instance : members) {
      listen.rest += fmt::format("  server {} {}:{} send-proxy-v2\n", instance->id,
                                 instance->address, instance->inner_port);
      listen.connections += ConnectionsOf(*instance);
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
  std::vector<Endpoint> listens_;
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

// What the balancer (HAProxy) is to do: its configuration, who may connect, which servers take new
// connections. Pure.
//
//   endpoint of a cluster      listens on an address of its own; new connections go to the writers
//                              in turn
//   custom endpoint            the same over some of them
//   endpoint of an instance    to that server alone
//
// Servers listen behind them, on another port of the instance's address, and are told each client's
// address by the PROXY protocol. An endpoint takes connections from the blocks that its cluster's
// security groups name for its port, and from nowhere else, and no more of them at once than
// connection_limits.h says.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "control/model/region.h"
#include "control/reconcile/observed.h"

namespace borealis::control {

// Two for each connection, and these for all else: who is being refused, processors' own, sockets.
inline constexpr int64_t kFilesReserved = 500;
inline constexpr int64_t kFilesMin = 1024;

struct Balancing {
  std::string name;                          // of this configuration, in it
  std::string config;                        // empty: nothing is to be balanced
  std::map<std::string, std::string> lists;  // path -> blocks of addresses, one a line
  std::map<std::string, bool> servers;       // "proxy/server" -> takes new connections
  bool short_of_files = false;               // endpoints take less than their servers do
  bool operator==(const Balancing&) const = default;
};

struct BalancerPlaces {
  std::string directory;
  std::string user;           // account that the balancer works as; empty: that of the daemon
  int64_t files = kFilesMin;  // that it may have open
  std::string config() const { return directory + "/haproxy.cfg"; }
  std::string socket() const { return directory + "/admin.sock"; }
  std::string master_socket() const { return directory + "/master.sock"; }
  std::string log() const { return directory + "/haproxy.log"; }
  std::string list(const std::string& cluster) const { return directory + "/" + cluster + ".acl"; }
};

Balancing RenderBalancing(const Region& region, const Observed& observed,
                          const BalancerPlaces& places);

// From where clients may reach a port of the cluster: blocks, sorted, each once.
std::vector<std::string> AllowedBlocks(const Region& region, const Cluster& cluster, uint16_t port);

// The instances that an endpoint leads to, whether they serve or not.
std::vector<const Instance*> MembersOf(const Region& region, const ClusterEndpoint& endpoint);

}  // namespace borealis::control

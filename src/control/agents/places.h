// Where the control plane keeps things on disk. Pure.
//
//   DIR/                     mode 0755; what is inside protects itself
//     state.sqlite           store/store.h
//     credentials            the first access key, as AWS's clients read it
//     console-password       until somebody signs in with it
//     trials/                journals of the console's trials
//     address                where the API is, for commands on this machine
//     lock                   held by the daemon
//     jobs/RESOURCE.lock     held by a job for as long as it runs, whoever started it
//     jobs/RESOURCE.log      output of the last job
//     master.key             opens encrypted volumes and snapshots, unless the operator names one
//     snapshots/sXXXXXXXXXX/ of one snapshot: an export of a volume
//     haproxy/               configuration, lists of addresses, socket and log of the balancer
//     cXXXXXXXXXX/           of one cluster
//       volume/, nodes/      as `borealis up` has them
//       NAME.cnf             options of the class of an instance
//       upkeep               what agents keep, and for how long; they read it at each look
#pragma once

#include <string>

#include "control/model/region.h"

namespace borealis::control {

struct ClusterPlaces {
  std::string root;
  std::string volume() const { return root + "/volume"; }
  std::string nodes() const { return root + "/nodes"; }
  std::string upkeep() const { return root + "/upkeep"; }
  std::string options(const std::string& node) const { return root + "/" + node + ".cnf"; }
};

struct Places {
  std::string dir;  // absolute
  std::string state() const { return dir + "/state.sqlite"; }
  std::string credentials() const { return dir + "/credentials"; }
  std::string trials() const { return dir + "/trials"; }
  std::string console_password() const { return dir + "/console-password"; }
  std::string address() const { return dir + "/address"; }
  std::string lock() const { return dir + "/lock"; }
  std::string jobs() const { return dir + "/jobs"; }
  std::string balancer() const { return dir + "/haproxy"; }
  std::string master_key() const { return dir + "/master.key"; }
  std::string snapshot(const std::string& directory) const {
    return dir + "/snapshots/" + directory;
  }
  ClusterPlaces OfDirectory(const std::string& directory) const { return {dir + "/" + directory}; }
  ClusterPlaces Of(const Cluster& cluster) const { return {dir + "/" + cluster.directory}; }
};

// An instance's name among nodes: its identifier, or if that is too long for one the beginning of
// it and a hash.
std::string NodeNameOf(const Instance& instance);

}  // namespace borealis::control

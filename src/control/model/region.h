// What the control plane knows and wants: clusters, instances, snapshots, security groups, subnet
// groups, parameter groups, events. Values; pure.
//
// A status that ends in "ing" is a wish that the reconciler works on (reconcile/decide.h); the
// others are what was reached.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace borealis::control {

using Tags = std::map<std::string, std::string>;

// Where a cluster's data comes from. Nothing set: it starts empty.
struct Origin {
  std::string snapshot;   // name of the snapshot's directory
  std::string directory;  // of the cluster whose volume it is a copy of
  int64_t until_us = 0;   // of that: the last moment; 0: the newest when it is made
  bool empty() const { return snapshot.empty() && directory.empty(); }
  bool operator==(const Origin&) const = default;
};

struct Cluster {
  std::string id;
  std::string resource_id;  // "cluster-..."; never used twice
  std::string directory;    // name of its directory
  std::string status = "creating";
  std::string engine;
  std::string engine_version;
  std::string engine_mode;  // "multimaster"; "provisioned": one writer
  std::string master_user;
  // What servers keep of it (node/password_hash.h). Only until they know it; then empty.
  std::string pending_password_hash;
  // From the next maintenance window on; empty: the same.
  std::string waiting_password_hash;
  std::string waiting_version;
  std::string database;
  bool database_made = false;
  Origin origin;
  uint16_t port = 3306;
  int retention_days = 1;
  std::string backup_window = "03:00-03:30";
  std::string maintenance_window = "sun:04:00-sun:04:30";
  std::string endpoint_address;
  std::vector<std::string> security_groups;
  std::string subnet_group = "default";
  std::string parameter_group = "default.mariadb10.11";
  bool deletion_protection = false;
  bool encrypted = false;
  bool copy_tags = false;
  Tags tags;
  int64_t created_us = 0;
  bool operator==(const Cluster&) const = default;
};

struct Instance {
  std::string id;
  std::string resource_id;  // "db-..."
  std::string cluster;      // id
  std::string status = "creating";
  std::string instance_class;
  std::string pending_class;  // from the next maintenance window on; empty: the same
  std::string zone;
  std::string address;
  uint16_t port = 3306;     // of its endpoint
  uint16_t inner_port = 0;  // of its server, at the same address
  int promotion_tier = 1;
  bool minor_upgrades = true;
  bool publicly_accessible = false;
  bool crash_asked = false;  // for testing; not carried out yet
  bool stop_first = false;   // a reboot that has not stopped the server yet
  bool forced = false;       // that reboot kills it, and waits for nobody
  std::string parameter_group = "default.mariadb10.11";
  std::map<std::string, std::string> started_with;  // parameters, when its agent was started
  std::map<std::string, std::string> parameters;    // in effect: those, and what was set since
  std::string maintenance_window = "sun:04:00-sun:04:30";
  std::string message;        // why it failed
  int64_t crash_seen_us = 0;  // the newest crash that events tell of
  bool recovering = false;    // since that crash
  Tags tags;
  int64_t created_us = 0;
  bool operator==(const Instance&) const = default;
};

// What waits is the cluster's from now on; whether anything did. Passwords still have to be set.
bool TakeWaiting(Cluster& cluster);
// What it has not become, secrets among it, is forgotten.
void ForgetWaiting(Cluster& cluster);

// A class that waits is the instance's from now on. The server takes its memory at start.
void TakePendingClass(Instance& instance);

// One that a user made.
struct ClusterEndpoint {
  std::string id;
  std::string resource_id;
  std::string cluster;  // id
  std::string address;
  std::string status = "available";
  std::string type = "ANY";
  std::vector<std::string> static_members;  // none: all but the excluded ones
  std::vector<std::string> excluded_members;
  Tags tags;
  bool operator==(const ClusterEndpoint&) const = default;
};

// A copy of a cluster's data. A manual one has files of its own and outlives its cluster; an
// automated one is a moment in the history that the cluster's volume keeps.
struct ClusterSnapshot {
  std::string id;           // "rds:..." of an automated one
  std::string resource_id;  // "snapshot-..."; never used twice
  std::string directory;    // name of its directory; empty: automated
  std::string status = "creating";
  std::string message;    // why it failed
  std::string source_id;  // of the snapshot that it is a copy of
  Origin origin;          // what it is made from
  Cluster cluster;        // as it was; without secrets
  bool encrypted = false;
  Tags tags;
  int64_t created_us = 0;  // the moment whose data it holds
  bool automated() const { return directory.empty(); }
  bool operator==(const ClusterSnapshot&) const = default;
};

struct IngressRule {
  std::string protocol;  // "tcp", "-1": all
  int from_port = 0;     // -1 with protocol -1
  int to_port = 0;
  std::string cidr;
  std::string description;
  // What makes two rules the same: all but the description.
  bool SameAs(const IngressRule& other) const {
    return protocol == other.protocol && from_port == other.from_port && to_port == other.to_port &&
           cidr == other.cidr;
  }
  bool operator==(const IngressRule&) const = default;
};

struct SecurityGroup {
  std::string id;  // "sg-..."
  std::string name;
  std::string description;
  std::string vpc;
  std::vector<IngressRule> ingress;
  std::vector<IngressRule> egress = {{"-1", -1, -1, "0.0.0.0/0", ""}};  // kept; not enforced
  Tags tags;
  bool operator==(const SecurityGroup&) const = default;
};

struct SubnetGroup {
  std::string name;
  std::string description;
  std::vector<std::string> subnets;
  Tags tags;
  bool operator==(const SubnetGroup&) const = default;
};

struct ParameterValue {
  std::string value;
  bool immediate = true;  // else at the next reboot
  bool operator==(const ParameterValue&) const = default;
};

struct ParameterGroup {
  std::string name;
  std::string description;
  std::map<std::string, ParameterValue> values;
  Tags tags;
  bool operator==(const ParameterGroup&) const = default;
};

struct Event {
  int64_t time_us = 0;
  std::string source_type;  // "db-cluster", "db-instance", "db-cluster-snapshot"
  std::string source_id;
  std::string category;
  std::string message;
  bool operator==(const Event&) const = default;
};

struct Region {
  std::map<std::string, Cluster> clusters;
  std::map<std::string, Instance> instances;
  std::map<std::string, ClusterSnapshot> snapshots;
  std::map<std::string, ClusterEndpoint> endpoints;
  std::map<std::string, SecurityGroup> security_groups;
  std::map<std::string, SubnetGroup> subnet_groups;
  std::map<std::string, ParameterGroup> instance_parameter_groups;
  std::map<std::string, ParameterGroup> cluster_parameter_groups;
  std::map<int64_t, Event> events;  // by number, rising
  bool operator==(const Region&) const = default;

  std::vector<const Instance*> InstancesOf(const std::string& cluster) const;
  void Tell(int64_t now_us, std::string source_type, std::string source_id, std::string category,
            std::string message);
};

inline constexpr size_t kEventsMax = 5000;  // older ones go

}  // namespace borealis::control

// The place that clusters live in, as AWS describes places: one account, one region of three zones,
// one default VPC with a subnet in each, a table of instance classes, the engines. Constants; pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace borealis::control {

inline constexpr std::string_view kAccountId = "000000000000";
inline constexpr std::string_view kVpcId = "vpc-00000001";
inline constexpr std::string_view kVpcCidr = "172.31.0.0/16";
inline constexpr std::string_view kDefaultGroupId = "sg-00000000000000001";

struct Subnet {
  std::string id;
  std::string zone;  // "us-east-1a"
  std::string cidr;
};
// Of the default VPC, one in each zone.
std::vector<Subnet> SubnetsOf(std::string_view region);
std::vector<std::string> ZonesOf(std::string_view region);

struct InstanceClass {
  std::string_view name;
  int buffer_pool_mib;  // an eighth of AWS's or less: several servers share a machine
  int connections;
  int vcpus;       // as AWS has them; class_limits.h
  int memory_mib;  // the same
};
const std::vector<InstanceClass>& InstanceClasses();
const InstanceClass* FindInstanceClass(std::string_view name);

struct Engine {
  std::string_view name;
  std::string_view version;
  std::string_view description;
};
// Later versions of an engine come later.
const std::vector<Engine>& Engines();
// The one with that version, or if that is empty the newest of the engine; null: none.
const Engine* FindEngine(std::string_view name, std::string_view version);

}  // namespace borealis::control

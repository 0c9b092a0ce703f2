#include "control/model/place.h"

#include <fmt/core.h>

namespace borealis::control {

std::vector<std::string> ZonesOf(std::string_view region) {
  return {fmt::format("{}a", region), fmt::format("{}b", region), fmt::format("{}c", region)};
}

std::vector<Subnet> SubnetsOf(std::string_view region) {
  std::vector<Subnet> subnets;
  for (const std::string& zone : ZonesOf(region)) {
    const size_t n = subnets.size();
    subnets.push_back(
        {fmt::format("subnet-0000000{}", n + 1), zone, fmt::format("172.31.{}.0/20", n * 16)});
  }
  return subnets;
}

const std::vector<InstanceClass>& InstanceClasses() {
  static const std::vector<InstanceClass> classes = {
      {"db.t3.micro", 64, 60, 2, 1024},        {"db.t3.small", 128, 120, 2, 2048},
      {"db.t3.medium", 256, 200, 2, 4096},     {"db.t3.large", 512, 400, 2, 8192},
      {"db.r4.large", 512, 400, 2, 15616},     {"db.r4.xlarge", 1024, 800, 4, 31232},
      {"db.r4.2xlarge", 2048, 1500, 8, 62464}, {"db.r5.large", 512, 400, 2, 16384},
      {"db.r5.xlarge", 1024, 800, 4, 32768},   {"db.r6g.large", 512, 400, 2, 16384},
      {"db.r6g.xlarge", 1024, 800, 4, 32768},
  };
  return classes;
}

const InstanceClass* FindInstanceClass(std::string_view name) {
  for (const InstanceClass& c : InstanceClasses()) {
    if (c.name == name) return &c;
  }
  return nullptr;
}

const std::vector<Engine>& Engines() {
  static const std::vector<Engine> engines = {
      {"aurora", "5.6.10a",
       "MariaDB 10.11, under the name of the last release with several writers"},
      {"aurora", "10.11", "MariaDB 10.11"},
      {"aurora-mysql", "10.11", "MariaDB 10.11"},
  };
  return engines;
}

const Engine* FindEngine(std::string_view name, std::string_view version) {
  const Engine* found = nullptr;
  for (const Engine& engine : Engines()) {
    if (engine.name == name && (version.empty() || engine.version == version)) found = &engine;
  }
  return found;
}

}  // namespace borealis::control

#include "control/console/machine.h"

#include <fmt/core.h>
#include <sys/statvfs.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "control/model/place.h"
#include "node/layout.h"
#include "snapshot/files.h"

namespace borealis::control {
namespace {

constexpr size_t kFileBytesMax = 64 << 10;

// Source: proc(5), /proc/meminfo, "MemAvailable:  1234 kB".
int64_t MemoryBytes(const std::string& text, std::string_view name) {
  std::istringstream lines(text);
  std::string line;
  while (std::getline(lines, line)) {
    if (line.starts_with(name)) return std::strtoll(line.c_str() + name.size(), nullptr, 10) * 1024;
  }
  return 0;
}

}  // namespace

std::string DescribeMachine(const Places& places, uint16_t default_port) {
  nlohmann::json classes = nlohmann::json::array();
  for (const InstanceClass& c : InstanceClasses()) {
    classes.push_back(
        {{"name", c.name}, {"buffer_pool_mib", c.buffer_pool_mib}, {"connections", c.connections}});
  }
  const auto memory = snapshot::ReadTextFile("/proc/meminfo", kFileBytesMax);
  struct statvfs disk {};
  (void)statvfs(places.dir.c_str(), &disk);
  const nlohmann::json json = {
      {"classes", classes},
      {"cores", std::thread::hardware_concurrency()},
      {"memory_bytes", memory.ok() ? MemoryBytes(*memory, "MemTotal:") : 0},
      {"memory_free_bytes", memory.ok() ? MemoryBytes(*memory, "MemAvailable:") : 0},
      {"disk_free_bytes", uint64_t{disk.f_bavail} * disk.f_frsize},
      {"default_port", default_port},
      {"credentials", places.credentials()}};
  return json.dump();
}

Result<std::string> AuthorityOf(const Places& places, const Region& region,
                                const std::string& cluster) {
  const auto found = region.clusters.find(cluster);
  if (found != region.clusters.end()) {
    for (const Instance* instance : region.InstancesOf(cluster)) {
      const node::NodeLayout layout{places.Of(found->second).nodes() + "/" + NodeNameOf(*instance)};
      auto text = snapshot::ReadTextFile(layout.tls_authority(), kFileBytesMax);
      // The servers' account could have put anything there, and we may read what it may not.
      if (text.ok() && text->starts_with("-----BEGIN CERTIFICATE-----")) return text;
    }
  }
  return Status(Code::kNotFound, fmt::format("There is no certificate of {} yet.", cluster));
}

}  // namespace borealis::control

#include "control/agents/limiter.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <set>
#include <string_view>

#include "snapshot/files.h"

namespace borealis::control {
namespace {

constexpr size_t kFileBytesMax = 4096;
constexpr char kControllers[] = "+cpu +memory";
constexpr char kPrefix[] = "db-";  // of the resource ids of instances

// The kernel takes one write as one order.
Status Write(const std::string& path, const std::string& text) {
  // Files of a cgroup are there already; anywhere else (a test) this makes them.
  const snapshot::UniqueFd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
  if (!fd.valid()) return snapshot::ErrnoStatus(errno, "open", path);
  if (write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    return snapshot::ErrnoStatus(errno, "write", path);
  }
  return Status::Ok();
}

bool Has(const std::string& words, const std::string& word) {
  return (" " + words + " ").find(" " + word + " ") != std::string::npos;
}

}  // namespace

Result<Limiter> Limiter::Open(const std::string& directory) {
  (void)mkdir(directory.c_str(), 0755);  // where its parent is a cgroup, that makes one
  const auto text = snapshot::ReadTextFile(directory + "/cgroup.controllers", kFileBytesMax);
  if (!text.ok()) {
    return Status(Code::kUnavailable, fmt::format("{} is no cgroup of version 2", directory));
  }
  const std::string given = text->substr(0, text->find('\n'));
  for (const char* controller : {"cpu", "memory"}) {
    if (Has(given, controller)) continue;
    return Status(Code::kUnavailable, fmt::format("{} has no controller \"{}\", only \"{}\"",
                                                  directory, controller, given));
  }
  const Status enabled = Write(directory + "/cgroup.subtree_control", kControllers);
  if (!enabled.ok()) return Status(Code::kUnavailable, enabled.message());
  Limiter limiter;
  limiter.directory_ = directory;
  return limiter;
}

Status Limiter::Provide(const std::string& resource_id, const ClassLimits& limits) const {
  if (directory_.empty()) return Status::Ok();
  const std::string group = GroupOf(resource_id);
  if (mkdir(group.c_str(), 0755) != 0 && errno != EEXIST) {
    return snapshot::ErrnoStatus(errno, "make", group);
  }
  RETURN_IF_ERROR(Write(group + "/cpu.max", limits.CpuMax()));
  return Write(group + "/memory.max", limits.MemoryMax());
}

int64_t Limiter::MemoryKills(const std::string& resource_id) const {
  constexpr std::string_view kCount = "\noom_kill ";
  if (directory_.empty()) return 0;
  const auto text = snapshot::ReadTextFile(GroupOf(resource_id) + "/memory.events", kFileBytesMax);
  const size_t at = text.ok() ? text->find(kCount) : std::string::npos;
  if (at == std::string::npos) return 0;
  int64_t count = 0;
  std::from_chars(text->data() + at + kCount.size(), text->data() + text->size(), count);
  return count;
}

Status Limiter::Add(const std::string& resource_id, pid_t pid) const {
  if (directory_.empty()) return Status::Ok();
  return Write(GroupOf(resource_id) + "/cgroup.procs", std::to_string(pid));
}

void Limiter::Clean(const Region& region) const {
  if (directory_.empty()) return;
  std::set<std::string> wanted;
  for (const auto& [id, instance] : region.instances) wanted.insert(instance.resource_id);
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory_, error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kPrefix) || wanted.contains(name)) continue;
    (void)rmdir(entry.path().c_str());  // the kernel refuses while anything runs in it
  }
}

}  // namespace borealis::control

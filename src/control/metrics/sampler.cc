#include "control/metrics/sampler.h"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <sstream>

#include "node/agent_setup.h"
#include "node/layout.h"
#include "snapshot/files.h"

namespace borealis::control {
namespace {

constexpr size_t kProcBytesMax = 4096;
constexpr int kProcFieldsAfterName = 22;  // up to rss

// Of everything below `directory`, as the file system counts (files may be sparse).
int64_t DiskBytes(const std::string& directory) {
  int64_t bytes = 0;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator at(directory, error), end; !error && at != end;
       at.increment(error)) {
    struct stat file {};
    if (lstat(at->path().c_str(), &file) == 0) bytes += int64_t{file.st_blocks} * 512;
  }
  return bytes;
}

// Source: proc(5), /proc/PID/stat; the name in parentheses may hold anything.
void ReadProcess(pid_t pid, InstanceSample& sample) {
  const auto text = snapshot::ReadTextFile(fmt::format("/proc/{}/stat", pid), kProcBytesMax);
  if (!text.ok()) return;
  std::istringstream fields(text->substr(std::min(text->rfind(')') + 1, text->size())));
  std::array<std::string, kProcFieldsAfterName> field;
  for (std::string& f : field) fields >> f;
  const auto number = [&](size_t n) { return std::strtoll(field[n].c_str(), nullptr, 10); };
  sample.cpu_ms = (number(11) + number(12)) * 1000 / sysconf(_SC_CLK_TCK);
  sample.memory_bytes = number(21) * sysconf(_SC_PAGESIZE);
}

}  // namespace

Sampler::Sampler(Places places, const Clock& clock, std::function<Region()> region)
    : places_(std::move(places)), clock_(clock), region_(std::move(region)) {
  thread_ = std::thread([this] { Loop(); });
}

Sampler::~Sampler() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  wake_.NotifyAll();
  thread_.join();
}

void Sampler::Loop() {
  while (true) {
    auto sample = std::make_shared<const Sample>(Take(region_()));
    MutexLock lock(mutex_);
    samples_.push_back(std::move(sample));
    if (samples_.size() > kSamplesMax) samples_.pop_front();
    if (!stopping_) wake_.WaitFor(mutex_, kSampleEveryNs);
    if (stopping_) return;
  }
}

Sample Sampler::Take(const Region& region) {
  Sample sample;
  sample.time_us = clock_.WallUs();
  const bool look_at_disk = taken_++ % kDiskEverySamples == 0;
  if (look_at_disk) disk_bytes_.clear();
  const auto disk = [&](const std::string& resource, const std::string& directory) {
    const auto known = disk_bytes_.find(resource);
    if (known != disk_bytes_.end()) return known->second;
    return disk_bytes_[resource] = DiskBytes(directory);
  };
  for (const auto& [id, cluster] : region.clusters) {
    sample.clusters[id].volume_bytes = disk(cluster.resource_id, places_.Of(cluster).volume());
  }
  for (const auto& [id, instance] : region.instances) {
    const auto cluster = region.clusters.find(instance.cluster);
    if (cluster == region.clusters.end()) continue;
    InstanceSample& taken = sample.instances[id] = TakeInstance(cluster->second, instance);
    taken.cache_bytes = disk(instance.resource_id,
                             places_.Of(cluster->second).nodes() + "/" + NodeNameOf(instance));
  }
  return sample;
}

InstanceSample Sampler::TakeInstance(const Cluster& cluster, const Instance& instance) {
  InstanceSample sample;
  sample.figures.fill(-1);
  const node::NodeLayout layout{places_.Of(cluster).nodes() + "/" + NodeNameOf(instance)};
  const auto status = node::ReadNodeState(layout);
  if (!status.ok()) return sample;
  // An agent that hangs goes on saying what it said last.
  sample.up = status->state == node::NodeState::kReady && node::IsAlive(status->agent) &&
              node::IsAlive(status->server);
  if (status->seqno.IsDefined()) sample.seqno = status->seqno.value;
  sample.restarts = static_cast<int64_t>(status->restarts);
  sample.rebuilds = status->failures.rebuilds;
  sample.crash_us = status->last_crash_us;
  sample.recovery_ms = status->last_crash_us == 0 ? -1 : status->ready_after_ms;
  if (!node::IsAlive(status->server)) return sample;
  ReadProcess(status->server.pid, sample);
  for (size_t n = 0; n < node::kFigureSources.size(); ++n) {
    const auto found = status->figures.find(std::string(node::kFigureSources[n].name));
    if (found != status->figures.end()) sample.figures[n] = found->second;
  }
  return sample;
}

std::shared_ptr<const Sample> Sampler::Latest() const {
  MutexLock lock(mutex_);
  return samples_.empty() ? nullptr : samples_.back();
}

std::vector<std::shared_ptr<const Sample>> Sampler::Since(int64_t time_us) const {
  MutexLock lock(mutex_);
  std::vector<std::shared_ptr<const Sample>> found;
  for (const auto& sample : samples_) {
    if (sample->time_us > time_us) found.push_back(sample);
  }
  return found;
}

}  // namespace borealis::control

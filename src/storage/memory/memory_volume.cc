#include "storage/memory/memory_volume.h"

#include <algorithm>

#include "storage/memory/memory_backend.h"

namespace borealis::storage {

std::shared_ptr<MemoryVolume> MemoryVolume::Create(MemoryOptions options) {
  return std::make_shared<MemoryVolume>(std::move(options));
}

MemoryVolume::MemoryVolume(MemoryOptions options)
    : segments(options.traits), options_(std::move(options)) {
  CHECK(options_.traits.append_bytes_max > 0);
  CHECK(options_.traits.segment_bytes_max > 0);
}

std::unique_ptr<MemoryBackend> MemoryVolume::Attach() {
  return std::make_unique<MemoryBackend>(shared_from_this(), AdmitProcess());
}

Result<std::unique_ptr<MemoryBackend>> MemoryVolume::TryAttach() {
  ASSIGN_OR_RETURN(const uint64_t process, TryAdmitProcess());
  return std::make_unique<MemoryBackend>(shared_from_this(), process);
}

uint64_t MemoryVolume::AdmitProcess() {
  MutexLock lock(mutex);
  while (RecoveringLocked()) {
    changed.Wait(mutex);
  }
  return AdmitLocked();
}

Result<uint64_t> MemoryVolume::TryAdmitProcess() {
  MutexLock lock(mutex);
  if (RecoveringLocked()) {
    return Status(Code::kUnavailable,
                  fmt::format("{}: another process recovers it; try again", options_.name));
  }
  return AdmitLocked();
}

void MemoryVolume::CrashAll() {
  MutexLock lock(mutex);
  CrashAllLocked();
}

uint64_t MemoryVolume::BytesUsedLocked() const {
  return segments.BytesUsed() + registers.BytesUsed() + blobs.BytesUsed();
}

void MemoryVolume::CrashLocked(uint64_t process) {
  const auto it = processes.find(process);
  if (it != processes.end()) {
    it->second.alive = false;
    it->second.recovering = false;
  }
  changed.NotifyAll();
}

void MemoryVolume::CrashAllLocked() {
  for (auto& [number, process] : processes) {
    process.alive = false;
    process.recovering = false;
  }
  changed.NotifyAll();
}

bool MemoryVolume::RecoveringLocked() const {
  return std::any_of(processes.begin(), processes.end(),
                     [](const auto& entry) { return entry.second.recovering; });
}

uint64_t MemoryVolume::AdmitLocked() {
  const bool alone = std::none_of(processes.begin(), processes.end(),
                                  [](const auto& entry) { return entry.second.alive; });
  if (alone) {
    ++generation;
    if (options_.full_crash_loses_ends && options_.traits.tail_may_tear) {
      segments.ForgetEnds(options_.full_crash_loses_seal);
    }
  }
  const uint64_t number = ++processes_made_;
  processes[number].recovering = alone;
  return number;
}

}  // namespace borealis::storage

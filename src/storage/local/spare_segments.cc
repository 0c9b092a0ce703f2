#include "storage/local/spare_segments.h"

#include "base/log.h"

namespace borealis::storage::local {

SpareSegments::SpareSegments(SegmentFiles& files, Reserve& reserve, const LocalOptions& options)
    : files_(files), reserve_(reserve), options_(options) {
  if (options_.prepare_spares) thread_ = std::thread([this] { Run(); });
}

SpareSegments::~SpareSegments() {
  {
    MutexLock lock(mutex_);
    closing_ = true;
  }
  changed_.NotifyAll();
  if (thread_.joinable()) thread_.join();
}

std::string SpareSegments::Claim() {
  std::string name = files_.FreshInternalName();
  if (!files_.RenameInternal(SegmentFiles::kSpareName, name)) return {};
  const Result<uint64_t> bytes = files_.BytesOf(name);
  if (bytes.ok() && *bytes == options_.segment_bytes_max) return name;
  (void)files_.RemoveInternal(name);  // made under other options
  return {};
}

Result<std::string> SpareSegments::Take() {
  std::string name = Claim();
  if (!name.empty()) return name;
  {
    MutexLock lock(mutex_);
    ++takers_;
    changed_.NotifyAll();
    while (making_ && !closing_) changed_.Wait(mutex_);
    --takers_;
  }
  name = Claim();
  if (!name.empty()) return name;
  Result<std::string> made = files_.MakeZeroed(options_.segment_bytes_max);
  if (options_.use_reserve && made.status().code() == Code::kNoSpace) {
    name = reserve_.TakeSegment(options_.segment_bytes_max);
    if (!name.empty()) return name;
  }
  return made;
}

void SpareSegments::Prepare() {
  MutexLock lock(mutex_);
  wanted_ = true;
  changed_.NotifyAll();
}

void SpareSegments::Run() {
  for (;;) {
    {
      MutexLock lock(mutex_);
      while (!wanted_ && !closing_) changed_.Wait(mutex_);
      if (closing_) return;
      wanted_ = false;
      making_ = true;
    }
    MakeOne();
    MutexLock lock(mutex_);
    making_ = false;
    changed_.NotifyAll();
  }
}

void SpareSegments::MakeOne() {
  if (files_.BytesOf(SegmentFiles::kSpareName).ok()) return;
  const Result<std::string> name = files_.MakeZeroed(options_.segment_bytes_max, [this](uint64_t) {
    MutexLock lock(mutex_);
    if (takers_ == 0 && !closing_) {
      changed_.WaitFor(mutex_, int64_t{options_.spare_pace_ms} * 1'000'000);
    }
    return !closing_;
  });
  if (!name.ok()) {
    if (name.status().code() != Code::kAborted) {
      LogWarning("no spare segment: {}", name.status().ToString());
    }
    return;
  }
  if (!files_.RenameInternal(*name, SegmentFiles::kSpareName)) {
    (void)files_.RemoveInternal(*name);  // another process was faster
  }
}

}  // namespace borealis::storage::local

// Segments and the life of a process. Registers, blobs and hints: memory_values.cc.
#include "storage/memory/memory_backend.h"

#include "base/clock.h"

namespace borealis::storage {

MemoryBackend::~MemoryBackend() {
  MutexLock lock(volume_->mutex);
  volume_->processes.erase(process_);
  volume_->changed.NotifyAll();
}

void MemoryBackend::Crash() {
  MutexLock lock(volume_->mutex);
  volume_->CrashLocked(process_);
}

bool MemoryBackend::alive() const {
  MutexLock lock(volume_->mutex);
  return SelfLocked().alive;
}

const MemoryProcess& MemoryBackend::SelfLocked() const {
  return volume_->processes.find(process_)->second;
}

Status MemoryBackend::CheckAliveLocked() const {
  if (!SelfLocked().alive) {
    return {Code::kUnavailable, fmt::format("{}: this process has crashed", Describe())};
  }
  return {};
}

Status MemoryBackend::CreateSegment(const SegmentRef& segment) {
  MutexLock lock(volume_->mutex);
  RETURN_IF_ERROR(CheckAliveLocked());
  return volume_->segments.Create(segment, {});
}

Status MemoryBackend::DeleteSegment(SegmentId id) {
  MutexLock lock(volume_->mutex);
  RETURN_IF_ERROR(CheckAliveLocked());
  volume_->segments.Delete(id);
  volume_->changed.NotifyAll();
  return {};
}

Result<std::vector<SegmentId>> MemoryBackend::ListSegments() {
  MutexLock lock(volume_->mutex);
  RETURN_IF_ERROR(CheckAliveLocked());
  return volume_->segments.List();
}

Result<MemoryBackend::Admitted> MemoryBackend::AdmitAppendLocked(const SegmentRef& segment,
                                                                 const BatchEncoder& encode) {
  RETURN_IF_ERROR(CheckAliveLocked());
  ASSIGN_OR_RETURN(Segment * open, volume_->segments.FindOpen(segment));
  const ByteView bytes = encode(volume_->segments.PlaceOf(*open));
  if (bytes.empty()) {
    return Status(Code::kConflict, "the encoder declined this place");
  }
  RETURN_IF_ERROR(volume_->segments.CheckFits(segment, *open, bytes.size()));
  return Admitted{.segment = open, .bytes = bytes};
}

AppendResult MemoryBackend::Append(const SegmentRef& segment, const BatchEncoder& encode) {
  MutexLock lock(volume_->mutex);
  AppendResult result;
  const Result<Admitted> admitted = AdmitAppendLocked(segment, encode);
  if (!admitted.ok()) {
    result.status = admitted.status();
    return result;
  }
  Segment& open = *admitted->segment;
  result.offset = volume_->segments.Write(open, admitted->bytes, volume_->generation);
  volume_->segments.Sync(open);
  result.outcome = AppendOutcome::kOk;
  volume_->changed.NotifyAll();
  return result;
}

Result<uint64_t> MemoryBackend::Seal(const SegmentRef& segment, const uint64_t* cut) {
  MutexLock lock(volume_->mutex);
  RETURN_IF_ERROR(CheckAliveLocked());
  Result<uint64_t> size = volume_->segments.Seal(segment, cut, volume_->generation);
  volume_->changed.NotifyAll();
  return size;
}

Result<SegmentState> MemoryBackend::State(const SegmentRef& segment) {
  MutexLock lock(volume_->mutex);
  RETURN_IF_ERROR(CheckAliveLocked());
  ASSIGN_OR_RETURN(const Segment* found, volume_->segments.Find(segment));
  return SegmentTable::StateOf(*found, traits());
}

Result<Bytes> MemoryBackend::Read(const SegmentRef& segment, uint64_t offset, size_t length) {
  MutexLock lock(volume_->mutex);
  RETURN_IF_ERROR(CheckAliveLocked());
  ASSIGN_OR_RETURN(const Segment* found, volume_->segments.Find(segment));
  return SegmentTable::Read(segment, *found, offset, length);
}

Result<Bytes> MemoryBackend::ReadRaw(const SegmentRef& segment, uint64_t offset, size_t length) {
  MutexLock lock(volume_->mutex);
  RETURN_IF_ERROR(CheckAliveLocked());
  ASSIGN_OR_RETURN(const Segment* found, volume_->segments.Find(segment));
  return volume_->segments.ReadRaw(*found, offset, length);
}

Status MemoryBackend::WaitForData(const SegmentRef& segment, uint64_t known_end,
                                  int64_t timeout_ns) {
  // The wait itself runs on the machine's clock, so its deadline does too.
  const Clock& clock = SystemClock();
  const int64_t start_ns = clock.MonotonicNs();
  MutexLock lock(volume_->mutex);
  while (true) {
    RETURN_IF_ERROR(CheckAliveLocked());
    ASSIGN_OR_RETURN(const Segment* found, volume_->segments.Find(segment));
    if (found->sealed || found->durable_end > known_end) {
      return {};
    }
    if (SelfLocked().interrupted) {
      return {Code::kAborted, fmt::format("waiting for segment {} was interrupted", segment.id)};
    }
    const int64_t waited_ns = clock.MonotonicNs() - start_ns;
    if (waited_ns >= timeout_ns || !volume_->options().waits_block) {
      return {Code::kTimeout, fmt::format("nothing new in segment {}", segment.id)};
    }
    volume_->changed.WaitFor(volume_->mutex, timeout_ns - waited_ns);
  }
}

void MemoryBackend::Interrupt() {
  MutexLock lock(volume_->mutex);
  volume_->processes[process_].interrupted = true;
  volume_->changed.NotifyAll();
}

void MemoryBackend::ClearInterrupt() {
  MutexLock lock(volume_->mutex);
  volume_->processes[process_].interrupted = false;
}

bool MemoryBackend::NeedsRecovery() const {
  MutexLock lock(volume_->mutex);
  return SelfLocked().recovering;
}

Status MemoryBackend::EndRecovery() {
  MutexLock lock(volume_->mutex);
  RETURN_IF_ERROR(CheckAliveLocked());
  volume_->processes[process_].recovering = false;
  volume_->changed.NotifyAll();
  return {};
}

}  // namespace borealis::storage

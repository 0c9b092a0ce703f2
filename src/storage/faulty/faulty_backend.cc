// FaultyBackend: all but appends, seals (faulty_append.cc) and values (faulty_values.cc).
#include "storage/faulty/faulty_backend.h"

#include "storage/faulty/faulty_run.h"

namespace borealis::storage {

FaultyBackend::FaultyBackend(std::shared_ptr<FaultyVolume> faulty, uint64_t process)
    : MemoryBackend(faulty->medium_, process), faulty_(std::move(faulty)) {}

Fault FaultyBackend::DrawLocked(Call call) {
  faulty_->StepPendingLocked();
  return faulty_->plan_.Draw(call, process());
}

Status FaultyBackend::Refusal(Fault fault) const {
  switch (fault) {
    case Fault::kNoSpace:
      return {Code::kNoSpace, Describe() + ": the device is full"};
    case Fault::kIo:
      return {Code::kIo, Describe() + ": the device failed"};
    default:
      return {Code::kUnavailable, Describe() + ": not now"};
  }
}

Status FaultyBackend::CreateSegment(const SegmentRef& segment) {
  MutexLock lock(faulty_->mutex_);
  const Fault fault = DrawLocked(Call::kMutation);
  const Bytes base = faulty_->BaseForSegmentLocked();
  RETURN_IF_ERROR(faulty_->CheckSpaceLocked(faulty_->BytesUsed(), base.size()));
  return Run(fault, Code::kUnavailable, [&]() -> Status {
    MutexLock medium_lock(volume_->mutex);
    RETURN_IF_ERROR(CheckAliveLocked());
    return volume_->segments.Create(segment, base);
  });
}

std::optional<Bytes> FaultyBackend::MediaToRecycle(SegmentId id) const {
  MutexLock medium_lock(volume_->mutex);
  const Segment* const segment = volume_->segments.Peek(id);
  if (segment == nullptr || !faulty_->options().recycle_segments) {
    return std::nullopt;
  }
  return segment->media;
}

Status FaultyBackend::DeleteSegment(SegmentId id) {
  MutexLock lock(faulty_->mutex_);
  std::optional<Bytes> media = MediaToRecycle(id);
  const Status status = Run(DrawLocked(Call::kMutation), Code::kUnavailable,
                            [&] { return MemoryBackend::DeleteSegment(id); });
  const bool deleted = media && !MediaToRecycle(id);
  if (deleted && faulty_->leftovers_.size() < FaultyVolume::kLeftoversMax) {
    faulty_->leftovers_.push_back(*std::move(media));
  }
  return status;
}

Result<std::vector<SegmentId>> FaultyBackend::ListSegments() {
  return Around(Call::kRead, [&] { return MemoryBackend::ListSegments(); });
}

Result<SegmentState> FaultyBackend::State(const SegmentRef& segment) {
  return Around(Call::kRead, [&] { return MemoryBackend::State(segment); });
}

Result<Bytes> FaultyBackend::Read(const SegmentRef& segment, uint64_t offset, size_t length) {
  return Around(Call::kRead, [&] { return MemoryBackend::Read(segment, offset, length); });
}

Result<Bytes> FaultyBackend::ReadRaw(const SegmentRef& segment, uint64_t offset, size_t length) {
  return Around(Call::kRead, [&] { return MemoryBackend::ReadRaw(segment, offset, length); });
}

}  // namespace borealis::storage

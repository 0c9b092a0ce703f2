// FaultyBackend: appends and seals.
#include "storage/faulty/faulty_run.h"

namespace borealis::storage {
namespace {

AppendResult NotAppended(Status status) {
  return {.outcome = AppendOutcome::kNotAppended, .offset = 0, .status = std::move(status)};
}

AppendResult Unknown(Code code, std::string_view why) {
  return {
      .outcome = AppendOutcome::kUnknown, .offset = 0, .status = Status(code, std::string(why))};
}

// How a store that commits by itself sees the fault (faulty_volume.h).
Fault AsFloating(Fault fault) {
  switch (fault) {
    case Fault::kSyncFails:
      return Fault::kRequestLost;
    case Fault::kCrashBeforeSync:
      return Fault::kCrashAfter;
    default:
      return fault;
  }
}

}  // namespace

AppendResult FaultyBackend::Died() {
  Crash();
  return Unknown(Code::kUnavailable, "this process died in the append");
}

AppendResult FaultyBackend::Append(const SegmentRef& segment, const BatchEncoder& encode) {
  MutexLock lock(faulty_->mutex_);
  Fault fault = DrawLocked(Call::kAppend);
  if (!traits().positioned_appends) {
    fault = AsFloating(fault);
  }
  switch (fault) {
    case Fault::kNoSpace:
    case Fault::kIo:
    case Fault::kUnavailable:
      return NotAppended(Refusal(fault));
    case Fault::kCrashBefore:
      return Died();
    default:
      return AppendLocked(segment, encode, fault);
  }
}

AppendResult FaultyBackend::AppendLocked(const SegmentRef& ref, const BatchEncoder& encode,
                                         Fault fault) {
  AppendResult result;
  {
    MutexLock medium_lock(volume_->mutex);
    const Result<Admitted> admitted = AdmitAppendLocked(ref, encode);
    if (!admitted.ok()) {
      return NotAppended(admitted.status());
    }
    Segment& segment = *admitted->segment;
    const ByteView bytes = admitted->bytes;
    Status space = faulty_->CheckSpaceLocked(volume_->BytesUsedLocked(),
                                             SegmentTable::Growth(segment, bytes.size()));
    if (!space.ok()) {
      return NotAppended(std::move(space));
    }
    if (fault == Fault::kHeldBack ||
        (fault == Fault::kCrashMidWrite && !traits().positioned_appends)) {
      HoldBackLocked(ref, segment, bytes);
      result = Unknown(Code::kTimeout, "the append timed out");
    } else {
      result = PutLocked(segment, bytes, fault);
      volume_->changed.NotifyAll();
    }
  }
  const bool died = fault == Fault::kCrashMidWrite || fault == Fault::kCrashBeforeSync ||
                    fault == Fault::kCrashAfter;
  return died ? Died() : result;
}

AppendResult FaultyBackend::PutLocked(Segment& segment, ByteView bytes, Fault fault) {
  SegmentTable& segments = volume_->segments;
  const uint64_t generation = volume_->generation;
  if (fault == Fault::kRequestLost) {
    return Unknown(Code::kTimeout, "the append timed out");
  }
  if (fault == Fault::kCrashMidWrite) {
    segments.WriteDebris(segment, bytes.first(faulty_->plan_.Below(bytes.size())), generation);
    return {};
  }
  const uint64_t offset = segments.Write(segment, bytes, generation);
  if (fault == Fault::kCrashBeforeSync) {
    return {};
  }
  if (fault == Fault::kSyncFails) {
    segment.poisoned = true;
    return Unknown(Code::kIo, "the sync failed; the segment takes no more appends");
  }
  segments.Sync(segment);
  if (fault == Fault::kReplyLost) {
    return Unknown(Code::kTimeout, "the append timed out");
  }
  return {.outcome = AppendOutcome::kOk, .offset = offset, .status = {}};
}

void FaultyBackend::HoldBackLocked(const SegmentRef& ref, const Segment& segment, ByteView bytes) {
  faulty_->pending_.push_back({.segment = ref,
                               .incarnation = segment.incarnation,
                               .offset = segment.written_end,
                               .bytes = Bytes(bytes.begin(), bytes.end())});
}

Result<uint64_t> FaultyBackend::Seal(const SegmentRef& segment, const uint64_t* cut) {
  MutexLock lock(faulty_->mutex_);
  const Fault fault = DrawLocked(Call::kSeal);
  if (fault == Fault::kSyncFails || fault == Fault::kCutUnsynced) {
    MutexLock medium_lock(volume_->mutex);
    RETURN_IF_ERROR(CheckAliveLocked());
    ASSIGN_OR_RETURN(Segment * found, volume_->segments.Find(segment));
    const bool unsynced = !found->sealed && found->written_end > found->durable_end;
    if (fault == Fault::kCutUnsynced && unsynced && cut == nullptr) {
      found->written_end = found->durable_end;
    }
    if (fault == Fault::kSyncFails && unsynced) {
      found->poisoned = true;
    }
    if (fault == Fault::kSyncFails && cut != nullptr && !found->sealed && *cut > 0) {
      return Status(Code::kIo, fmt::format("segment {}: the sync failed", segment.id));
    }
  }
  return Run(fault, Code::kUnavailable, [&] { return MemoryBackend::Seal(segment, cut); });
}

}  // namespace borealis::storage

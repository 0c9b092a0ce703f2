#include "storage/local/segment_writer.h"

#include "base/log.h"
#include "storage/local/sync_points.h"

namespace borealis::storage::local {
namespace {

constexpr char kSection[] = "append";

AppendResult NotAppended(Status status) {
  AppendResult result;
  result.outcome = AppendOutcome::kNotAppended;
  result.status = std::move(status);
  return result;
}

AppendResult Unknown(Status status) {
  AppendResult result = NotAppended(std::move(status));
  result.outcome = AppendOutcome::kUnknown;
  return result;
}

Status Sealed(const SegmentRef& segment, const char* why) {
  return {Code::kSealed, fmt::format("segment {}: {}", segment.id, why)};
}

}  // namespace

SegmentWriter::SegmentWriter(SegmentTable& table, GroupCommit& commit, SegmentFiles& files,
                             HangWatch& watch, const LocalOptions& options)
    : table_(table), commit_(commit), files_(files), watch_(watch), options_(options) {}

AppendResult SegmentWriter::Append(const SegmentRef& segment, const BatchEncoder& encode,
                                   const AppendPlaced& placed) {
  const Result<SegmentHandlePtr> found = table_.Find(segment);
  if (!found.ok()) return NotAppended(found.status());
  SegmentHandle& handle = **found;
  if (!handle.EntryIsMine()) {
    const Result<SegmentState> state = handle.State();
    return NotAppended(!state.ok() ? state.status() : Sealed(segment, "no process has it open"));
  }
  const int64_t start_ns = options_.clock->MonotonicNs();
  uint64_t end = 0;
  AppendResult result = Write(handle, encode, &end);
  const int64_t written_ns = options_.clock->MonotonicNs();
  result.write_ns = written_ns - start_ns;
  if (result.outcome != AppendOutcome::kOk) return result;

  Reach(options_.sync_points, SyncPoint::kAppendUnlocked);
  if (placed) placed();
  Status durable = commit_.MakeDurable(handle, end);
  result.sync_ns = options_.clock->MonotonicNs() - written_ns;
  if (!durable.ok()) {
    result.outcome = AppendOutcome::kUnknown;
    result.status = std::move(durable);
  }
  return result;
}

void SegmentWriter::Inherit(const WatchedLock& lock, SegmentHandle& handle) {
  SharedSegment& entry = *handle.shared;
  if (!lock.previous_holder_died() || entry.write_in_progress.load() == 0) return;
  entry.flags.fetch_or(kFlagMustSeal);
  entry.write_in_progress = 0;
  LogWarning("{}: a process died in the middle of a write to segment {}; it will be sealed",
             watch_.what(), entry.id.load());
}

Status SegmentWriter::CheckOpen(const SegmentHandle& handle) const {
  if (!handle.EntryIsMine()) return Sealed(handle.ref, "sealed");
  const uint32_t flags = handle.shared->flags.load();
  if ((flags & kFlagSealed) != 0) return Sealed(handle.ref, "sealed");
  if ((flags & kFlagPoisoned) != 0) return Sealed(handle.ref, "a sync failed");
  if ((flags & kFlagMustSeal) != 0) return Sealed(handle.ref, "must be sealed");
  return Status::Ok();
}

AppendResult SegmentWriter::Write(SegmentHandle& handle, const BatchEncoder& encode,
                                  uint64_t* end) {
  SharedSegment& entry = *handle.shared;
  WatchedLock lock(entry.append_mutex, watch_, kSection);
  Inherit(lock, handle);
  Status open = CheckOpen(handle);
  if (!open.ok()) return NotAppended(std::move(open));
  Reach(options_.sync_points, SyncPoint::kAppendLocked);

  const uint64_t offset = entry.written_end.load();
  const ByteView bytes =
      encode({.offset = offset, .durable_end = DurableWord(entry.durable.load()).end()});
  Reach(options_.sync_points, SyncPoint::kAppendEncoded);
  if (bytes.empty()) return NotAppended({Code::kConflict, "the encoder declined"});
  if (bytes.size() > options_.append_bytes_max) {
    return NotAppended(
        {Code::kInvalidArgument, fmt::format("an append of {} bytes is above {}", bytes.size(),
                                             options_.append_bytes_max)});
  }
  if (offset + bytes.size() > entry.capacity.load()) {
    entry.flags.fetch_or(kFlagMustSeal);
    return NotAppended(Sealed(handle.ref, "full"));
  }

  entry.write_in_progress = 1;
  size_t written = 0;
  Status status = WriteAll(files_.ops(), handle.fd.get(), bytes, offset, &written);
  Reach(options_.sync_points, SyncPoint::kAppendWritten);
  if (!status.ok()) {
    // Nothing reached the file: a full device goes on when there is room. Else bytes lie above
    // written_end, perhaps all but the padding: they may yet be found by a recovery.
    if (written != 0 || status.code() != Code::kNoSpace) entry.flags.fetch_or(kFlagMustSeal);
    entry.write_in_progress = 0;
    status = status.WithContext(fmt::format("segment {} offset {}", handle.ref.id, offset));
    return written == 0 ? NotAppended(std::move(status)) : Unknown(std::move(status));
  }
  *end = offset + bytes.size();
  entry.written_end = *end;
  entry.write_in_progress = 0;
  entry.appends.fetch_add(1, std::memory_order_relaxed);
  Reach(options_.sync_points, SyncPoint::kAppendPublished);
  AppendResult result;
  result.outcome = AppendOutcome::kOk;
  result.offset = offset;
  return result;
}

Result<uint64_t> SegmentWriter::Seal(const SegmentRef& segment, const uint64_t* cut) {
  ASSIGN_OR_RETURN(const SegmentHandlePtr handle, table_.Find(segment));
  if (handle->EntryIsMine()) return SealWarm(*handle, cut);
  ASSIGN_OR_RETURN(const SegmentState state, handle->State());
  if (state.sealed) return state.durable_end;
  if (cut == nullptr) {
    return Status(
        Code::kInvalidArgument,
        fmt::format("segment {}: its last process died; a recovery must say where it ends",
                    segment.id));
  }
  return table_.SealCold(segment, *cut);
}

Result<uint64_t> SegmentWriter::SealWarm(SegmentHandle& handle, const uint64_t* cut) {
  SharedSegment& entry = *handle.shared;
  WatchedLock lock(entry.append_mutex, watch_, kSection);
  Inherit(lock, handle);
  Reach(options_.sync_points, SyncPoint::kSealLocked);
  if (!handle.EntryIsMine() || (entry.flags.load() & kFlagSealed) != 0) {
    ASSIGN_OR_RETURN(const SegmentState state, handle.State());
    return state.durable_end;
  }
  // A failure of this sync poisons the segment: then it ends at the last good sync.
  (void)commit_.MakeDurable(handle, entry.written_end.load(), &lock);
  lock.Progress();
  ASSIGN_OR_RETURN(const uint64_t final_bytes, FinalSize(handle, cut));
  entry.flags.fetch_or(kFlagMustSeal);
  const Status marked = files_.MarkSealed(handle.fd.get(), final_bytes);
  if (!marked.ok()) {
    // The seal holds all the same; after a full restart the chain must seal it again at its size.
    LogWarning("{}: segment {}: no durable mark of its seal: {}", watch_.what(), handle.ref.id,
               marked.ToString());
  }
  Reach(options_.sync_points, SyncPoint::kSealMarked);
  handle.sealed_size = final_bytes;
  commit_.Freeze(handle, final_bytes);
  return final_bytes;
}

Result<uint64_t> SegmentWriter::FinalSize(SegmentHandle& handle, const uint64_t* cut) {
  const uint64_t end = DurableWord(handle.shared->durable.load()).end();
  if (cut == nullptr || *cut == end) return end;
  return Status(Code::kInvalidArgument,
                fmt::format("segment {} is in use and ends at {}; it cannot be cut at {}",
                            handle.ref.id, end, *cut));
}

}  // namespace borealis::storage::local

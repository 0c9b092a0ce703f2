#include "storage/local/segment_table.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>

#include "base/log.h"
#include "storage/local/futex.h"
#include "storage/local/group_commit.h"
#include "storage/local/sync_points.h"

namespace borealis::storage::local {
namespace {

constexpr char kSection[] = "segment table";

Status Deleted(const SegmentRef& segment) {
  return {Code::kNotFound, fmt::format("segment {} was deleted", segment.id)};
}

}  // namespace

Result<SegmentState> SegmentHandle::State() {
  const auto sealed_at = [](uint64_t bytes) {
    return SegmentState{
        .durable_end = bytes, .written_end = bytes, .sealed = true, .must_seal = false};
  };
  const uint64_t known = sealed_size.load(std::memory_order_acquire);
  if (known != kNotSealed) return sealed_at(known);
  if (EntryIsMine()) {
    const uint32_t flags = shared->flags.load(std::memory_order_acquire);
    const uint64_t durable = DurableWord(shared->durable.load(std::memory_order_acquire)).end();
    const uint64_t written = shared->written_end.load(std::memory_order_acquire);
    if (EntryIsMine()) {
      if ((flags & kFlagSealed) != 0) {
        sealed_size.store(durable, std::memory_order_release);
        return sealed_at(durable);
      }
      return SegmentState{.durable_end = durable,
                          .written_end = std::max(written, durable),
                          .sealed = false,
                          .must_seal = (flags & kFlagMustSeal) != 0};
    }
  }
  // The entry is gone, so the segment was sealed or deleted; or there never was one.
  ASSIGN_OR_RETURN(const SegmentFileInfo file, SegmentFiles::Info(fd.get()));
  if (file.sealed) {
    sealed_size.store(file.bytes, std::memory_order_release);
    return sealed_at(file.bytes);
  }
  if (file.deleted) return Deleted(ref);
  return SegmentState{
      .durable_end = 0, .written_end = file.bytes, .sealed = false, .must_seal = true};
}

SegmentTable::SegmentTable(SharedState& state, SegmentFiles& files, SpareSegments& spares,
                           HangWatch& watch, const LocalOptions& options)
    : state_(state), files_(files), spares_(spares), watch_(watch), options_(options) {}

Status SegmentTable::OpenActive() {
  for (const SharedSegment& entry : state_.segments) {
    const SegmentRef segment{{entry.id.load()}, {entry.epoch.load()}};
    if (segment.id.value == 0 || (entry.flags.load() & kFlagSealed) != 0) continue;
    const Status status = ToStatus(Find(segment));
    if (!status.ok() && status.code() != Code::kNotFound && status.code() != Code::kFenced) {
      return status;
    }
  }
  return Status::Ok();
}

SegmentHandlePtr SegmentTable::Cached(const SegmentRef& segment, bool& fenced) {
  MutexLock lock(mutex_);
  const auto it = handles_.find(segment.id);
  if (it == handles_.end()) return nullptr;
  it->second.used = ++uses_;
  fenced = it->second.handle->ref.epoch != segment.epoch;
  return it->second.handle;
}

void SegmentTable::Remember(const SegmentHandlePtr& handle) {
  MutexLock lock(mutex_);
  handles_[handle->ref.id] = {handle, ++uses_};
  if (handles_.size() <= kHandlesMax) return;
  handles_.erase(std::min_element(handles_.begin(), handles_.end(),
                                  [](auto& a, auto& b) { return a.second.used < b.second.used; }));
}

void SegmentTable::Forget(SegmentId id) {
  MutexLock lock(mutex_);
  handles_.erase(id);
}

SharedSegment* SegmentTable::EntryOf(SegmentId id) {
  for (SharedSegment& entry : state_.segments) {
    if (entry.id.load(std::memory_order_acquire) == id.value) return &entry;
  }
  return nullptr;
}

Result<SegmentHandlePtr> SegmentTable::Find(const SegmentRef& segment) {
  bool fenced = false;
  SegmentHandlePtr handle = Cached(segment, fenced);
  const bool current =
      handle != nullptr && (handle->EntryIsMine() || handle->shared == nullptr ||
                            handle->sealed_size.load() != SegmentHandle::kNotSealed);
  if (!current) {
    WatchedLock table(state_.table_mutex, watch_, kSection);
    Inherit(table);
    Result<SegmentHandlePtr> loaded = Load(segment);
    if (!loaded.ok()) {
      if (loaded.status().code() == Code::kNotFound) Forget(segment.id);
      return loaded;
    }
    handle = *loaded;
    Remember(handle);
    fenced = false;
  }
  if (fenced) {
    return Status(Code::kFenced, fmt::format("segment {} has epoch {}, not {}", segment.id,
                                             handle->ref.epoch, segment.epoch));
  }
  return handle;
}

Result<SegmentHandlePtr> SegmentTable::Load(const SegmentRef& segment) {
  SharedSegment* entry = EntryOf(segment.id);
  if (entry != nullptr && entry->epoch.load() != segment.epoch.value) {
    return Status(Code::kFenced, fmt::format("segment {} has epoch {}, not {}", segment.id,
                                             entry->epoch.load(), segment.epoch));
  }
  auto handle = std::make_shared<SegmentHandle>();
  handle->ref = segment;
  ASSIGN_OR_RETURN(handle->fd, files_.Open(segment));
  handle->shared = entry;
  if (entry != nullptr) {
    handle->generation = entry->generation.load(std::memory_order_acquire);
    handle->syncs_at_open = LeaderWord(entry->leader.load()).sync();
    return handle;
  }
  ASSIGN_OR_RETURN(const SegmentFileInfo file, SegmentFiles::Info(handle->fd.get()));
  if (file.sealed) {
    handle->sealed_size = file.bytes;
    return handle;
  }
  // Cold. What the page cache holds is not what the medium holds when a write-back failed and its
  // error went to a process that died: write back and drop it, so that a recovery validates the
  // medium. A failure here shows there.
  if (files_.ops().Fdatasync(handle->fd.get()) != 0) {
    LogWarning("{}: segment {}: the tail cannot be synced (error {})", watch_.what(), segment.id,
               errno);
  }
  ::posix_fadvise(handle->fd.get(), 0, 0, POSIX_FADV_DONTNEED);
  return handle;
}

void SegmentTable::Inherit(WatchedLock& table) {
  if (!table.previous_holder_died()) return;
  for (SharedSegment& entry : state_.segments) {
    if (entry.generation.load() % 2 != 0) Reset(entry, SegmentRef{{0}, {0}}, table);
  }
}

void SegmentTable::Reset(SharedSegment& entry, const SegmentRef& segment, WatchedLock& table) {
  // Under the append mutex: no appender is in the middle of the entry's former segment.
  WatchedLock lock(entry.append_mutex, watch_, "append", &table);
  // Odd while the words change; also when a process died in the middle of this.
  const uint64_t changing = entry.generation.load() | 1;
  entry.generation = changing;
  const bool free = segment.id.value == 0;
  entry.id = segment.id.value;
  Reach(options_.sync_points, SyncPoint::kEntryChanging);
  entry.epoch = segment.epoch.value;
  entry.capacity = options_.segment_bytes_max;
  entry.flags = free ? uint32_t{kFlagSealed} : 0;
  entry.write_in_progress = 0;
  entry.written_end = 0;
  entry.durable = DurableWord::Make(changing + 1, 0, free).word();
  entry.leader = 0;
  entry.sync_target = 0;
  entry.unfinished_sync = 0;
  entry.appends = 0;
  entry.syncs = 0;
  entry.generation = changing + 1;
  // Whoever still sleeps on the former segment looks again.
  for (SyncLane& lane : entry.lanes) {
    lane.word.fetch_add(1);
    FutexWake(lane.word, kWakeAll);
  }
  WakeReaders(state_, entry);
}

Result<SharedSegment*> SegmentTable::Claim(const SegmentRef& segment, WatchedLock& table) {
  SharedSegment* best = nullptr;
  for (SharedSegment& entry : state_.segments) {
    const uint64_t id = entry.id.load();
    if (id == 0) {
      best = &entry;
      break;
    }
    const bool sealed = (entry.flags.load() & kFlagSealed) != 0;
    if (sealed && (best == nullptr || id < best->id.load())) best = &entry;
  }
  if (best == nullptr) {
    return Status(Code::kUnavailable,
                  fmt::format("{} segments are open already; seal one", kSegmentEntriesMax));
  }
  Reset(*best, segment, table);
  return best;
}

Status SegmentTable::Create(const SegmentRef& segment) {
  if (segment.id.value == 0) return {Code::kInvalidArgument, "segment ids start at 1"};
  Status exists(Code::kAlreadyExists, fmt::format("segment {} exists", segment.id));
  {
    ASSIGN_OR_RETURN(const std::optional<SegmentRef> other, files_.Lookup(segment.id));
    if (other) return exists;
  }
  ASSIGN_OR_RETURN(const std::string file, spares_.Take());
  const auto publish = [&]() -> Status {
    WatchedLock table(state_.table_mutex, watch_, kSection);
    Inherit(table);
    ASSIGN_OR_RETURN(const std::optional<SegmentRef> other, files_.Lookup(segment.id));
    if (other) return exists;
    RETURN_IF_ERROR(files_.Publish(file, segment));
    Reach(options_.sync_points, SyncPoint::kSegmentPublished);
    table.Progress();
    return ToStatus(Claim(segment, table));
  };
  Status status = publish();
  if (!status.ok()) (void)files_.RemoveInternal(file);
  spares_.Prepare();
  return status;
}

Status SegmentTable::Delete(SegmentId id) {
  WatchedLock table(state_.table_mutex, watch_, kSection);
  Inherit(table);
  Forget(id);
  SharedSegment* entry = EntryOf(id);
  RETURN_IF_ERROR(files_.Remove(id));
  if (entry != nullptr) Reset(*entry, SegmentRef{{0}, {0}}, table);
  return Status::Ok();
}

Result<uint64_t> SegmentTable::SealCold(const SegmentRef& segment, uint64_t final_bytes) {
  WatchedLock table(state_.table_mutex, watch_, kSection);
  Inherit(table);
  ASSIGN_OR_RETURN(const SegmentHandlePtr handle, Load(segment));
  if (handle->shared != nullptr || handle->sealed_size.load() != SegmentHandle::kNotSealed) {
    ASSIGN_OR_RETURN(const SegmentState state, handle->State());
    if (state.sealed) return state.durable_end;
    return Status(Code::kUnavailable, fmt::format("segment {} is in use again", segment.id));
  }
  ASSIGN_OR_RETURN(const SegmentFileInfo file, SegmentFiles::Info(handle->fd.get()));
  if (final_bytes > file.bytes) {
    return Status(Code::kInvalidArgument, fmt::format("segment {}: cut {} is past its {} bytes",
                                                      segment.id, final_bytes, file.bytes));
  }
  if (files_.ops().Fdatasync(handle->fd.get()) != 0) {
    return ErrnoStatus(errno, fmt::format("segment {}: sync of the recovered tail", segment.id));
  }
  RETURN_IF_ERROR(files_.MarkSealed(handle->fd.get(), final_bytes));
  handle->sealed_size = final_bytes;
  Forget(segment.id);
  return final_bytes;
}

}  // namespace borealis::storage::local

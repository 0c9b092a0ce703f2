#include "storage/local/attached_backend.h"

#include <unistd.h>

#include <algorithm>

#include "base/log.h"
#include "storage/local/fs_probe.h"
#include "storage/local/futex.h"
#include "storage/local/process_identity.h"

namespace borealis::storage::local {
namespace {

FileOps& OpsOf(const LocalOptions& options) {
  return options.file_ops != nullptr ? *options.file_ops : PosixFileOps();
}

}  // namespace

Result<Attachment> Attachment::Make(const std::string& path) {
  ASSIGN_OR_RETURN(VolumeDirectory volume, OpenVolumeDirectory(path, Access::kAttach));
  ASSIGN_OR_RETURN(AttachLock lock, AttachLock::Open(volume.root.get()));
  RETURN_IF_ERROR(lock.LockGate(path, volume.root.get()));
  ASSIGN_OR_RETURN(const bool in_use, lock.AnyoneElseAttached());
  if (!in_use) RETURN_IF_ERROR(ProbeFileSystem(path, volume.root.get()));
  Result<SharedMapping> state = in_use ? SharedMapping::OpenExisting(volume.root.get())
                                       : SharedMapping::CreateFresh(volume.root.get());
  if (!state.ok()) return state.status().WithContext(path);
  Result<int> claimed = lock.ClaimSlot();
  if (!claimed.ok()) return claimed.status().WithContext(path);
  SharedSlot& slot = (*state)->slots[static_cast<size_t>(*claimed)];
  slot.pid = static_cast<uint64_t>(::getpid());
  slot.start_time = ProcessStartTime(slot.pid);
  if (in_use) {
    lock.UnlockGate();
  } else {
    (*state)->recoverer_pid = slot.pid.load();
  }
  return Attachment{std::move(volume), std::move(lock), std::move(*state), !in_use};
}

AttachedBackend::AttachedBackend(Attachment attachment, const LocalOptions& options)
    : options_(options),
      traits_{.positioned_appends = true,
              .tail_may_tear = true,
              .segment_bytes_max = options.segment_bytes_max,
              .append_bytes_max = std::min(options.append_bytes_max, options.segment_bytes_max)},
      attachment_(std::move(attachment)),
      watch_(*attachment_.state, attachment_.lock, options_, attachment_.volume.path),
      files_(attachment_.volume.segments.get(), OpsOf(options_)),
      reserve_(attachment_.volume.root.get(), files_),
      spares_(files_, reserve_, options_),
      table_(*attachment_.state, files_, spares_, watch_, options_),
      commit_(*attachment_.state, watch_, options_),
      writer_(table_, commit_, files_, watch_, options_),
      registers_(attachment_.volume.registers.get(), reserve_, *attachment_.state, watch_,
                 options_),
      blobs_(attachment_.volume.blobs.get(), OpsOf(options_)),
      hints_(attachment_.volume.hints.get()),
      recovering_(attachment_.first) {}

Status AttachedBackend::Start() {
  if (!attachment_.first) return table_.OpenActive();
  RETURN_IF_ERROR(ToStatus(SweepPrefix(files_.directory(), SegmentFiles::kNewPrefix)));
  RETURN_IF_ERROR(hints_.Sweep());
  return registers_.Init();
}

Status AttachedBackend::EndRecovery() {
  if (recovering_.exchange(false)) {
    attachment_.state->recoverer_pid = 0;
    attachment_.lock.UnlockGate();
  }
  return Status::Ok();
}

Result<std::vector<SegmentId>> AttachedBackend::ListSegments() {
  ASSIGN_OR_RETURN(const std::vector<SegmentRef> segments, files_.List());
  std::vector<SegmentId> ids;
  ids.reserve(segments.size());
  for (const SegmentRef& segment : segments) ids.push_back(segment.id);
  return ids;
}

Result<SegmentState> AttachedBackend::State(const SegmentRef& segment) {
  ASSIGN_OR_RETURN(const SegmentHandlePtr handle, table_.Find(segment));
  return handle->State();
}

Result<Bytes> AttachedBackend::Read(const SegmentRef& segment, uint64_t offset, size_t length) {
  ASSIGN_OR_RETURN(const SegmentHandlePtr handle, table_.Find(segment));
  ASSIGN_OR_RETURN(const SegmentState state, handle->State());
  if (offset >= state.durable_end) return Bytes();
  const size_t clipped = std::min<uint64_t>(length, state.durable_end - offset);
  ASSIGN_OR_RETURN(Bytes bytes, ReadUpTo(handle->fd.get(), offset, clipped));
  if (bytes.size() == clipped) return bytes;
  return Status(
      Code::kCorruption,
      fmt::format("{}/segments/{}: ends at {}, but its first {} bytes were durable", Describe(),
                  SegmentFiles::FileName(segment), offset + bytes.size(), state.durable_end));
}

Result<Bytes> AttachedBackend::ReadRaw(const SegmentRef& segment, uint64_t offset, size_t length) {
  ASSIGN_OR_RETURN(const SegmentHandlePtr handle, table_.Find(segment));
  return SegmentFiles::ReadRaw(handle->fd.get(), offset, length, traits().segment_bytes_max);
}

Status AttachedBackend::WaitForData(const SegmentRef& segment, uint64_t known_end,
                                    int64_t timeout_ns) {
  SharedSlot& slot = attachment_.state->slots[static_cast<size_t>(attachment_.lock.slot())];
  const uint64_t my_bit = uint64_t{1} << attachment_.lock.slot();
  const int64_t deadline_ns = options_.clock->MonotonicNs() + std::min(timeout_ns, kDataWaitMaxNs);
  for (;;) {
    ASSIGN_OR_RETURN(const SegmentHandlePtr handle, table_.Find(segment));
    // In this order: whoever moves the end afterwards finds the bit and changes the word.
    const uint32_t word = slot.data_word.load();
    if (handle->shared != nullptr) handle->shared->readers.fetch_or(my_bit);
    if (interrupted_) return {Code::kAborted, "interrupted"};
    ASSIGN_OR_RETURN(const SegmentState state, handle->State());
    if (state.durable_end > known_end || state.sealed) return Status::Ok();
    const int64_t left_ns = deadline_ns - options_.clock->MonotonicNs();
    if (left_ns <= 0) return {Code::kTimeout, "no new data"};
    FutexWait(slot.data_word, word, std::min(left_ns, kDataLookNs));
  }
}

void AttachedBackend::Interrupt() {
  interrupted_ = true;
  std::atomic<uint32_t>& word =
      attachment_.state->slots[static_cast<size_t>(attachment_.lock.slot())].data_word;
  word.fetch_add(1);
  FutexWake(word, kWakeAll);
}

Result<LocalBackend::Figures> AttachedBackend::FiguresOf(const SegmentRef& segment) {
  ASSIGN_OR_RETURN(const SegmentHandlePtr handle, table_.Find(segment));
  if (!handle->EntryIsMine()) return Figures{};
  return Figures{handle->shared->appends.load(), handle->shared->syncs.load()};
}

}  // namespace borealis::storage::local

namespace borealis::storage {

Status LocalBackend::Create(const std::string& directory, const LocalOptions& options) {
  return local::CreateVolumeDirectory(
      directory, options.file_ops != nullptr ? *options.file_ops : local::PosixFileOps());
}

bool LocalBackend::IsVolume(const std::string& directory) {
  return local::IsVolumeDirectory(directory);
}

Result<std::unique_ptr<LocalBackend>> LocalBackend::Open(const std::string& directory,
                                                         const LocalOptions& options) {
  ASSIGN_OR_RETURN(local::Attachment attachment, local::Attachment::Make(directory));
  auto backend = std::make_unique<local::AttachedBackend>(std::move(attachment), options);
  const Status started = backend->Start();
  if (!started.ok()) return started.WithContext(directory);
  return std::unique_ptr<LocalBackend>(std::move(backend));
}

}  // namespace borealis::storage

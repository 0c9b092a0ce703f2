#include "storage/local/inspector.h"

#include <fcntl.h>

#include <algorithm>

#include "storage/local/attach_lock.h"
#include "storage/local/blob_store.h"
#include "storage/local/hint_store.h"
#include "storage/local/process_identity.h"
#include "storage/local/register_store.h"

namespace borealis::storage::local {
namespace {

// A word of the shared memory, read through the file; 0 when it is not there.
template <typename T>
T ReadWord(int fd, size_t offset) {
  T value{};
  const Result<Bytes> bytes = ReadUpTo(fd, offset, sizeof(T));
  if (bytes.ok() && bytes->size() == sizeof(T)) std::memcpy(&value, bytes->data(), sizeof(T));
  return value;
}

size_t EntryOffset(size_t index) {
  return offsetof(SharedState, segments) + index * sizeof(SharedSegment);
}

}  // namespace

Inspector::Inspector(VolumeDirectory volume)
    : volume_(std::move(volume)),
      // Segments have the size that their creator was told: whoever reads them whole reads all.
      traits_{.positioned_appends = true,
              .tail_may_tear = true,
              .segment_bytes_max = INT64_MAX,
              .append_bytes_max = 0},
      files_(volume_.segments.get(), PosixFileOps()) {}

Result<std::vector<SegmentId>> Inspector::ListSegments() {
  ASSIGN_OR_RETURN(const std::vector<SegmentRef> segments, files_.List());
  std::vector<SegmentId> ids;
  ids.reserve(segments.size());
  for (const SegmentRef& segment : segments) ids.push_back(segment.id);
  return ids;
}

SegmentState Inspector::SharedStateOf(const SegmentRef& segment) const {
  SegmentState state;
  const Result<bool> attached = AttachLock::AnyoneAttached(volume_.root.get());
  const Result<UniqueFd> shm = OpenFile(volume_.root.get(), "shm", O_RDONLY);
  if (!attached.ok() || !*attached || !shm.ok()) return state;
  const int fd = shm->get();
  if (ReadWord<uint64_t>(fd, offsetof(SharedState, magic)) != kSharedMagic ||
      ReadWord<uint32_t>(fd, offsetof(SharedState, layout)) != kSharedLayout ||
      ReadWord<uint32_t>(fd, offsetof(SharedState, bytes)) != sizeof(SharedState)) {
    return state;
  }
  for (size_t i = 0; i < kSegmentEntriesMax; ++i) {
    const size_t entry = EntryOffset(i);
    const auto word = [&](size_t offset) { return ReadWord<uint64_t>(fd, entry + offset); };
    const uint64_t generation = word(offsetof(SharedSegment, generation));
    if (word(offsetof(SharedSegment, id)) != segment.id.value ||
        word(offsetof(SharedSegment, epoch)) != segment.epoch.value) {
      continue;
    }
    const DurableWord durable(word(offsetof(SharedSegment, durable)));
    const uint64_t written = word(offsetof(SharedSegment, written_end));
    const auto flags = ReadWord<uint32_t>(fd, entry + offsetof(SharedSegment, flags));
    if (!durable.Belongs(generation)) return {};  // it changed hands meanwhile
    state.durable_end = durable.end();
    state.written_end = std::max(written, durable.end());
    state.sealed = (flags & kFlagSealed) != 0;
    state.must_seal = !state.sealed && (flags & kFlagMustSeal) != 0;
    return state;
  }
  return state;
}

Result<SegmentState> Inspector::State(const SegmentRef& segment) {
  ASSIGN_OR_RETURN(const UniqueFd fd, files_.Open(segment));
  ASSIGN_OR_RETURN(const SegmentFileInfo file, SegmentFiles::Info(fd.get()));
  if (file.sealed) {
    return SegmentState{
        .durable_end = file.bytes, .written_end = file.bytes, .sealed = true, .must_seal = false};
  }
  return SharedStateOf(segment);
}

Result<Bytes> Inspector::Read(const SegmentRef& segment, uint64_t offset, size_t length) {
  ASSIGN_OR_RETURN(const SegmentState state, State(segment));
  if (offset >= state.durable_end) return Bytes();
  return ReadRaw(segment, offset, std::min<uint64_t>(length, state.durable_end - offset));
}

Result<Bytes> Inspector::ReadRaw(const SegmentRef& segment, uint64_t offset, size_t length) {
  ASSIGN_OR_RETURN(const UniqueFd fd, files_.Open(segment));
  // Which capacity a file had that a seal cut is not known here; the usual one does.
  return SegmentFiles::ReadRaw(fd.get(), offset, length, LocalOptions{}.segment_bytes_max);
}

Status Inspector::WaitForData(const SegmentRef& segment, uint64_t known_end,
                              int64_t /*timeout_ns*/) {
  ASSIGN_OR_RETURN(const SegmentState state, State(segment));
  if (state.durable_end > known_end || state.sealed) return Status::Ok();
  return {Code::kTimeout, "opened for inspection only: does not wait"};
}

AppendResult Inspector::Append(const SegmentRef&, const BatchEncoder&) {
  AppendResult result;
  result.status = Refuse();
  return result;
}

Result<RegisterValue> Inspector::ReadRegister(std::string_view name) {
  return ReadRegisterFile(volume_.registers.get(), name, volume_.path);
}

Result<std::vector<std::string>> Inspector::ListRegisters(std::string_view prefix) {
  return ListValueFiles(volume_.registers.get(), prefix);
}

Result<std::unique_ptr<BlobReader>> Inspector::OpenBlob(std::string_view name) {
  return BlobStore(volume_.blobs.get(), PosixFileOps()).Open(name);
}

Result<std::vector<std::string>> Inspector::ListBlobs(std::string_view prefix) {
  return ListValueFiles(volume_.blobs.get(), prefix);
}

Result<std::vector<Hint>> Inspector::ListHints(std::string_view prefix) {
  return HintStore(volume_.hints.get()).List(prefix);
}

}  // namespace borealis::storage::local

namespace borealis::storage {

Result<std::unique_ptr<Backend>> LocalBackend::OpenReadOnly(const std::string& directory) {
  ASSIGN_OR_RETURN(local::VolumeDirectory volume,
                   local::OpenVolumeDirectory(directory, local::Access::kInspect));
  return std::unique_ptr<Backend>(std::make_unique<local::Inspector>(std::move(volume)));
}

}  // namespace borealis::storage

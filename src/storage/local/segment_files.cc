#include "storage/local/segment_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

namespace borealis::storage::local {
namespace {

// "<id>.<epoch>", both decimal without leading zeros.
std::optional<SegmentRef> ParseName(const std::string& name) {
  SegmentRef segment;
  const char* end = name.data() + name.size();
  auto [dot, id_error] = std::from_chars(name.data(), end, segment.id.value);
  if (id_error != std::errc() || dot == end || *dot != '.') return std::nullopt;
  auto [rest, epoch_error] = std::from_chars(dot + 1, end, segment.epoch.value);
  if (epoch_error != std::errc() || rest != end) return std::nullopt;
  if (SegmentFiles::FileName(segment) != name) return std::nullopt;
  return segment;
}

}  // namespace

std::string SegmentFiles::FileName(const SegmentRef& segment) {
  return fmt::format("{}.{}", segment.id.value, segment.epoch.value);
}

Result<std::vector<SegmentRef>> SegmentFiles::List() const {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ListDirectory(directory_));
  std::vector<SegmentRef> segments;
  for (const std::string& name : names) {
    if (const std::optional<SegmentRef> segment = ParseName(name)) segments.push_back(*segment);
  }
  std::sort(segments.begin(), segments.end(), [](const SegmentRef& a, const SegmentRef& b) {
    return std::pair(a.id, a.epoch) < std::pair(b.id, b.epoch);
  });
  return segments;
}

Result<std::optional<SegmentRef>> SegmentFiles::Lookup(SegmentId id) const {
  ASSIGN_OR_RETURN(const std::vector<SegmentRef> segments, List());
  for (const SegmentRef& segment : segments) {
    if (segment.id == id) return std::optional(segment);
  }
  return std::optional<SegmentRef>();
}

Result<UniqueFd> SegmentFiles::Open(const SegmentRef& segment) const {
  const std::string name = FileName(segment);
  // A sealed file is read-only; whoever may write it anyway (root) gets no use out of it.
  Result<UniqueFd> fd = OpenFile(directory_, name, O_RDWR);
  if (!fd.ok() && fd.status().code() == Code::kIo) fd = OpenFile(directory_, name, O_RDONLY);
  if (fd.ok() || fd.status().code() != Code::kNotFound) return fd;
  ASSIGN_OR_RETURN(const std::optional<SegmentRef> other, Lookup(segment.id));
  if (!other) return Status(Code::kNotFound, fmt::format("no segment {}", segment.id));
  return Status(Code::kFenced, fmt::format("segment {} has epoch {}, not {}", segment.id,
                                           other->epoch, segment.epoch));
}

Result<SegmentFileInfo> SegmentFiles::Info(int fd) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return ErrnoStatus(errno, "stat segment");
  return SegmentFileInfo{static_cast<uint64_t>(info.st_size), (info.st_mode & S_IWUSR) == 0,
                         (info.st_mode & S_IXUSR) != 0, info.st_nlink == 0};
}

Result<Bytes> SegmentFiles::ReadRaw(int fd, uint64_t offset, size_t length, uint64_t capacity) {
  ASSIGN_OR_RETURN(const SegmentFileInfo file, Info(fd));
  const uint64_t end = file.sealing ? std::max(file.bytes, capacity) : file.bytes;
  if (offset >= end) return Bytes();
  const uint64_t wanted = std::min<uint64_t>(length, end - offset);
  ASSIGN_OR_RETURN(Bytes bytes, ReadUpTo(fd, offset, wanted));
  if (file.sealing) bytes.resize(wanted);
  return bytes;
}

Result<UniqueFd> SegmentFiles::StartZeroed(const std::string& name, uint64_t bytes) {
  ASSIGN_OR_RETURN(UniqueFd fd, OpenFile(directory_, name, O_RDWR | O_CREAT | O_EXCL));
  // First of all in one piece, so that a full disk is known before anything was written.
  if (ops_.Fallocate(fd.get(), bytes) != 0 && errno != EOPNOTSUPP) {
    return ErrnoStatus(errno, "allocate");
  }
  return fd;
}

Status SegmentFiles::WriteZeros(int fd, uint64_t offset, uint64_t bytes) {
  static const Bytes zeros(kChunkBytes);
  return WriteAll(ops_, fd, ByteView(zeros).first(bytes), offset);
}

Status SegmentFiles::FinishZeroed(int fd) {
  return ops_.Fsync(fd) == 0 ? Status::Ok() : ErrnoStatus(errno, "sync");
}

Status SegmentFiles::Publish(const std::string& internal_name, const SegmentRef& segment) {
  const std::string name = FileName(segment);
  if (ops_.Rename(directory_, internal_name.c_str(), name.c_str(), RENAME_NOREPLACE) != 0) {
    return ErrnoStatus(errno, "segment " + name);
  }
  if (ops_.Fsync(directory_) == 0) return Status::Ok();
  Status status = ErrnoStatus(errno, "sync segments");
  (void)RemoveFile(directory_, name);
  return status;
}

bool SegmentFiles::RenameInternal(const std::string& from, const std::string& to) {
  return ops_.Rename(directory_, from.c_str(), to.c_str(), RENAME_NOREPLACE) == 0;
}

std::string SegmentFiles::FreshInternalName() {
  // The address tells apart the objects of one process.
  return fmt::format("{}{}-{:x}-{}", kNewPrefix, ::getpid(), reinterpret_cast<uintptr_t>(this),
                     names_made_.fetch_add(1));
}

Result<uint64_t> SegmentFiles::BytesOf(const std::string& name) const {
  struct stat info {};
  if (::fstatat(directory_, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
    return ErrnoStatus(errno, name);
  }
  return static_cast<uint64_t>(info.st_size);
}

Status SegmentFiles::MarkSealed(int fd, uint64_t final_bytes) {
  if (::fchmod(fd, 0700) != 0) return ErrnoStatus(errno, "set mode 0700");
  if (::ftruncate(fd, static_cast<off_t>(final_bytes)) != 0) return ErrnoStatus(errno, "truncate");
  if (::fchmod(fd, 0400) != 0) return ErrnoStatus(errno, "set mode 0400");
  if (ops_.Fsync(fd) != 0) return ErrnoStatus(errno, "sync");
  return Status::Ok();
}

Status SegmentFiles::Remove(SegmentId id) {
  ASSIGN_OR_RETURN(const std::vector<SegmentRef> segments, List());
  for (const SegmentRef& segment : segments) {
    if (segment.id == id) RETURN_IF_ERROR(RemoveFile(directory_, FileName(segment)));
  }
  return Status::Ok();
}

}  // namespace borealis::storage::local

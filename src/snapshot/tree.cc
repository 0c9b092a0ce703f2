#include "snapshot/tree.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <thread>
#include <vector>

#include "snapshot/files.h"

namespace borealis::snapshot {
namespace {

constexpr size_t kPieceBytes = 256 << 10;
constexpr uint64_t kPaceBytes = 4 << 20;
constexpr int kRestShare = 2;  // of the time that a piece took the device, it is left to others
constexpr auto kRestMax = std::chrono::milliseconds(100);
constexpr size_t kBlockBytes = 4096;  // granularity at which zeros are left out

// Adds the runs of non-zero blocks of `piece`, which starts at `offset`.
Status AddNonZero(ArchiveWriter& archive, uint64_t offset, ByteView piece) {
  size_t begin = 0;
  while (begin < piece.size()) {
    const auto block = [&](size_t at) {
      return piece.subspan(at, std::min(kBlockBytes, piece.size() - at));
    };
    if (AllZero(block(begin))) {
      begin += kBlockBytes;
      continue;
    }
    size_t end = begin;
    while (end < piece.size() && !AllZero(block(end))) end += kBlockBytes;
    end = std::min(end, piece.size());
    RETURN_IF_ERROR(archive.Extent(offset + begin, piece.subspan(begin, end - begin)));
    begin = end;
  }
  return Status::Ok();
}

Status PackContent(int fd, const std::string& path, uint64_t size, ArchiveWriter& archive) {
  Bytes buffer(kPieceBytes);
  uint64_t offset = 0;
  while (offset < size) {
    const off_t data = lseek(fd, static_cast<off_t>(offset), SEEK_DATA);
    if (data < 0 && errno == ENXIO) break;  // only a hole is left
    if (data > 0) offset = std::max(offset, static_cast<uint64_t>(data));
    if (offset >= size) break;
    const size_t want = static_cast<size_t>(std::min<uint64_t>(kPieceBytes, size - offset));
    const ssize_t n = pread(fd, buffer.data(), want, static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoStatus(errno, "read", path);
    if (n == 0) return {Code::kConflict, fmt::format("{} shrank while it was read", path)};
    RETURN_IF_ERROR(AddNonZero(archive, offset, ByteView(buffer).first(static_cast<size_t>(n))));
    offset += static_cast<uint64_t>(n);
  }
  return Status::Ok();
}

Status PackFile(const std::string& full, const std::string& path, ArchiveWriter& archive,
                TreeSize& total) {
  const UniqueFd fd(open(full.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd.valid()) return ErrnoStatus(errno, "open", full);
  struct stat info {};
  if (fstat(fd.get(), &info) != 0) return ErrnoStatus(errno, "stat", full);
  const auto size = static_cast<uint64_t>(info.st_size);
  RETURN_IF_ERROR(archive.BeginFile(path, info.st_mode & 0777, size));
  RETURN_IF_ERROR(PackContent(fd.get(), full, size, archive));
  ++total.files;
  total.bytes += size;
  return archive.EndFile();
}

Status PackDirectory(const std::string& root, const std::string& below, const PathFilter& skip,
                     ArchiveWriter& archive, TreeSize& total) {
  const std::string directory = below.empty() ? root : root + "/" + below;
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ListDirectory(directory));
  for (const std::string& name : names) {
    const std::string path = below.empty() ? name : below + "/" + name;
    if (skip && skip(path)) continue;
    const std::string full = root + "/" + path;
    struct stat info {};
    if (lstat(full.c_str(), &info) != 0) return ErrnoStatus(errno, "stat", full);
    if (S_ISDIR(info.st_mode)) {
      RETURN_IF_ERROR(archive.AddDirectory(path, info.st_mode & 0777));
      RETURN_IF_ERROR(PackDirectory(root, path, skip, archive, total));
    } else if (S_ISREG(info.st_mode)) {
      RETURN_IF_ERROR(PackFile(full, path, archive, total));
    } else {
      return {Code::kInvalidArgument,
              fmt::format("{} is neither a file nor a directory; remove it first", full)};
    }
  }
  return Status::Ok();
}

Status WriteAt(int fd, const ArchiveExtent& extent, const std::string& path) {
  ByteView left = extent.bytes;
  auto offset = static_cast<off_t>(extent.offset);
  while (!left.empty()) {
    const ssize_t n = pwrite(fd, left.data(), left.size(), offset);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoStatus(errno, "write", path);
    left = left.subspan(static_cast<size_t>(n));
    offset += n;
  }
  return Status::Ok();
}

bool Cancelled(const std::atomic<bool>* cancel) { return cancel != nullptr && cancel->load(); }

// Writes of one file. Hands the device one piece at a time, so that little piles up in memory until
// the last sync: who shares the disk, the log above all, would wait behind it. Between two pieces
// it rests: a device that always has one to write serves nobody else well.
class PacedFile {
 public:
  explicit PacedFile(int fd) : fd_(fd) {}
  void Wrote(uint64_t end) {
    if (end - begun_ < kPaceBytes) return;
    const auto asked = std::chrono::steady_clock::now();
    // Advice: where the file system can't, all is synced at the end all the same.
    (void)Range(before_, begun_, SYNC_FILE_RANGE_WAIT_BEFORE);
    const auto waited = std::chrono::steady_clock::now() - asked;
    std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(waited / kRestShare, kRestMax));
    (void)Range(begun_, end, SYNC_FILE_RANGE_WRITE);
    before_ = begun_;
    begun_ = end;
  }

 private:
  int Range(uint64_t from, uint64_t to, unsigned flags) const {
    if (from == to) return 0;
    return sync_file_range(fd_, static_cast<off_t>(from), static_cast<off_t>(to - from), flags);
  }
  const int fd_;
  uint64_t before_ = 0;  // from here to begun_ the device may still be at work
  uint64_t begun_ = 0;
};

Status UnpackFile(ArchiveReader& archive, const ArchiveEntry& entry, const std::string& full,
                  const std::atomic<bool>* cancel) {
  const mode_t mode = 0600 | (entry.mode & 0100);
  // O_EXCL: a name that occurs twice, or a link planted meanwhile, is refused.
  const UniqueFd fd(open(full.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  if (!fd.valid()) return ErrnoStatus(errno, "create", full);
  if (ftruncate(fd.get(), static_cast<off_t>(entry.size)) != 0) {
    return ErrnoStatus(errno, "resize", full);
  }
  PacedFile paced(fd.get());
  while (true) {
    if (Cancelled(cancel)) return {Code::kAborted, "restoring was cancelled"};
    ASSIGN_OR_RETURN(const ArchiveExtent extent, archive.NextExtent());
    if (extent.bytes.empty()) return Status::Ok();
    RETURN_IF_ERROR(WriteAt(fd.get(), extent, full));
    paced.Wrote(extent.offset + extent.bytes.size());
  }
}

// After everything was written, so that the device works on all of it while we wait for the first.
Status SyncAll(const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    const UniqueFd fd(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd.valid()) return ErrnoStatus(errno, "open", path);
    if (fsync(fd.get()) != 0) return ErrnoStatus(errno, "sync", path);
  }
  return Status::Ok();
}

}  // namespace

Result<TreeSize> PackTree(const std::string& root, const PathFilter& skip, ArchiveWriter& archive) {
  TreeSize total;
  RETURN_IF_ERROR(archive.Begin());
  RETURN_IF_ERROR(PackDirectory(root, "", skip, archive, total));
  RETURN_IF_ERROR(archive.End());
  return total;
}

Result<TreeSize> UnpackTree(ArchiveReader& archive, const std::string& root,
                            const std::atomic<bool>* cancel) {
  TreeSize total;
  std::vector<std::string> written;
  while (true) {
    ASSIGN_OR_RETURN(const ArchiveEntry entry, archive.Next());
    if (entry.kind == EntryKind::kEnd) break;
    const std::string full = root + "/" + entry.path;
    if (entry.kind == EntryKind::kDirectory) {
      if (mkdir(full.c_str(), 0700) != 0) return ErrnoStatus(errno, "create directory", full);
    } else {
      RETURN_IF_ERROR(UnpackFile(archive, entry, full, cancel));
      ++total.files;
      total.bytes += entry.size;
    }
    written.push_back(full);
  }
  written.push_back(root);
  RETURN_IF_ERROR(SyncAll(written));
  return total;
}

Result<TreeSize> CheckTree(ArchiveReader& archive) {
  TreeSize total;
  while (true) {
    ASSIGN_OR_RETURN(const ArchiveEntry entry, archive.Next());
    if (entry.kind == EntryKind::kEnd) return total;
    if (entry.kind == EntryKind::kDirectory) continue;
    ++total.files;
    total.bytes += entry.size;
    while (true) {
      ASSIGN_OR_RETURN(const ArchiveExtent extent, archive.NextExtent());
      if (extent.bytes.empty()) break;
    }
  }
}

}  // namespace borealis::snapshot

#include "snapshot/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <system_error>

namespace borealis::snapshot {
namespace {

Code CodeOf(int error) {
  switch (error) {
    case ENOENT:
      return Code::kNotFound;
    case EEXIST:
      return Code::kAlreadyExists;
    case ENOSPC:
    case EDQUOT:
      return Code::kNoSpace;
    default:
      return Code::kIo;
  }
}

Status WriteTemporary(const std::string& path, ByteView bytes, Durability durability) {
  const UniqueFd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!fd.valid()) return ErrnoStatus(errno, "create", path);
  RETURN_IF_ERROR(WriteAll(fd.get(), bytes, path));
  if (durability == Durability::kDurable && fsync(fd.get()) != 0) {
    return ErrnoStatus(errno, "sync", path);
  }
  return Status::Ok();
}

}  // namespace

Status WriteAll(int fd, ByteView bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoStatus(errno, "write", path);
    bytes = bytes.subspan(static_cast<size_t>(n));
  }
  return Status::Ok();
}

Status ErrnoStatus(int error, std::string_view what, std::string_view path) {
  return {CodeOf(error),
          fmt::format("{} {}: {}", what, path, std::generic_category().message(error))};
}

Status WriteFileAtomically(const std::string& path, ByteView bytes, Durability durability) {
  const std::string temporary = path + ".new";
  Status status = WriteTemporary(temporary, bytes, durability);
  if (status.ok() && rename(temporary.c_str(), path.c_str()) != 0) {
    status = ErrnoStatus(errno, "rename", temporary);
  }
  if (!status.ok()) {
    unlink(temporary.c_str());
    return status;
  }
  return durability == Durability::kDurable ? SyncDirectory(ParentOf(path)) : Status::Ok();
}

Result<Bytes> ReadFile(const std::string& path, size_t bytes_max) {
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return ErrnoStatus(errno, "open", path);
  Bytes bytes;
  Bytes chunk(64 << 10);
  while (true) {
    const ssize_t n = read(fd.get(), chunk.data(), chunk.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoStatus(errno, "read", path);
    if (n == 0) return bytes;
    if (bytes.size() + static_cast<size_t>(n) > bytes_max) {
      return Status(Code::kCorruption, fmt::format("{}: larger than {} bytes", path, bytes_max));
    }
    bytes.insert(bytes.end(), chunk.begin(), chunk.begin() + n);
  }
}

Result<std::string> ReadTextFile(const std::string& path, size_t bytes_max) {
  ASSIGN_OR_RETURN(const Bytes bytes, ReadFile(path, bytes_max));
  return std::string(AsText(bytes));
}

Result<UniqueFd> LockFile(const std::string& path, LockMode mode) {
  UniqueFd fd(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd.valid()) return ErrnoStatus(errno, "open", path);
  const int operation = LOCK_EX | (mode == LockMode::kTry ? LOCK_NB : 0);
  while (flock(fd.get(), operation) != 0) {
    if (errno == EWOULDBLOCK) return Status(Code::kAlreadyExists, path + " is locked");
    if (errno != EINTR) return ErrnoStatus(errno, "lock", path);
  }
  return fd;
}

Status SyncDirectory(const std::string& path) {
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) return ErrnoStatus(errno, "open", path);
  if (fsync(fd.get()) != 0) return ErrnoStatus(errno, "sync", path);
  return Status::Ok();
}

Status MakeDirectory(const std::string& path) {
  if (mkdir(path.c_str(), 0700) == 0) return Status::Ok();
  const int error = errno;
  struct stat info {};
  if (error == EEXIST && stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) {
    return Status::Ok();
  }
  return ErrnoStatus(error, "create directory", path);
}

Result<std::vector<std::string>> ListDirectory(const std::string& path) {
  const auto close_directory = [](DIR* dir) { closedir(dir); };
  const std::unique_ptr<DIR, decltype(close_directory)> dir(opendir(path.c_str()), close_directory);
  if (!dir) return ErrnoStatus(errno, "open", path);
  std::vector<std::string> names;
  while (true) {
    errno = 0;
    const dirent* entry = readdir(dir.get());  // NOLINT(concurrency-mt-unsafe): a stream of our own
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (errno != 0) return ErrnoStatus(errno, "read", path);
  std::sort(names.begin(), names.end());
  return names;
}

Status RemoveTree(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  return error ? ErrnoStatus(error.value(), "remove", path) : Status::Ok();
}

bool PathExists(const std::string& path) {
  struct stat info {};
  return lstat(path.c_str(), &info) == 0;
}

std::string ParentOf(const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

}  // namespace borealis::snapshot

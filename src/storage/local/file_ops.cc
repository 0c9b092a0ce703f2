#include "storage/local/file_ops.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>

namespace borealis::storage::local {

UniqueFd& UniqueFd::operator=(UniqueFd&& other) noexcept {
  if (this != &other) {
    Close();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

void UniqueFd::Close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

ssize_t FileOps::Pwrite(int fd, const void* data, size_t length, uint64_t offset) {
  return ::pwrite(fd, data, length, static_cast<off_t>(offset));
}
int FileOps::Fdatasync(int fd) { return ::fdatasync(fd); }
int FileOps::Fsync(int fd) { return ::fsync(fd); }
int FileOps::Fallocate(int fd, uint64_t length) {
  return ::fallocate(fd, 0, 0, static_cast<off_t>(length));
}
int FileOps::Rename(int directory, const char* from, const char* to, unsigned flags) {
  return ::renameat2(directory, from, directory, to, flags);
}

FileOps& PosixFileOps() {
  static FileOps ops;
  return ops;
}

Status ErrnoStatus(int error, std::string_view what) {
  Code code = Code::kIo;
  if (error == ENOSPC || error == EDQUOT) code = Code::kNoSpace;
  if (error == ENOENT) code = Code::kNotFound;
  if (error == EEXIST) code = Code::kAlreadyExists;
  return {code, fmt::format("{}: {}", what, std::generic_category().message(error))};
}

Status WriteAll(FileOps& ops, int fd, ByteView bytes, uint64_t offset, size_t* written) {
  size_t done = 0;
  Status status;
  while (done < bytes.size() && status.ok()) {
    const ssize_t n = ops.Pwrite(fd, bytes.data() + done, bytes.size() - done, offset + done);
    if (n > 0) {
      done += static_cast<size_t>(n);
    } else if (n == 0) {
      status = ErrnoStatus(EIO, "write made no progress");
    } else if (errno != EINTR) {
      status = ErrnoStatus(errno, "write");
    }
  }
  if (written != nullptr) *written = done;
  return status;
}

Result<Bytes> ReadUpTo(int fd, uint64_t offset, size_t length) {
  Bytes bytes(length);
  size_t done = 0;
  while (done < length) {
    const ssize_t n =
        ::pread(fd, bytes.data() + done, length - done, static_cast<off_t>(offset + done));
    if (n == 0) break;
    if (n > 0) {
      done += static_cast<size_t>(n);
    } else if (errno != EINTR) {
      return ErrnoStatus(errno, "read");
    }
  }
  bytes.resize(done);
  return bytes;
}

Result<Bytes> ReadFile(int directory, const std::string& name, size_t length_max) {
  ASSIGN_OR_RETURN(const UniqueFd fd, OpenFile(directory, name, O_RDONLY));
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return ErrnoStatus(errno, name);
  if (static_cast<uint64_t>(info.st_size) > length_max) {
    return Status(Code::kCorruption,
                  fmt::format("{}: {} bytes, expected at most {}", name, info.st_size, length_max));
  }
  return ReadUpTo(fd.get(), 0, static_cast<size_t>(info.st_size));
}

Result<UniqueFd> OpenFile(int directory, const std::string& name, int flags) {
  UniqueFd fd(::openat(directory, name.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd.ok()) return ErrnoStatus(errno, name);
  return fd;
}

Result<UniqueFd> OpenDirectory(int at, const std::string& name) {
  UniqueFd fd(::openat(at, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.ok()) return ErrnoStatus(errno, name);
  return fd;
}

Result<std::vector<std::string>> ListDirectory(int directory) {
  ASSIGN_OR_RETURN(UniqueFd fd, OpenDirectory(directory, "."));
  const int stream_fd = fd.Release();
  DIR* stream = ::fdopendir(stream_fd);
  if (stream == nullptr) return ErrnoStatus(errno, "list directory");
  std::vector<std::string> names;
  // readdir is safe here: the stream is this call's own.
  while (const dirent* entry = ::readdir(stream)) {  // NOLINT(concurrency-mt-unsafe)
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  ::closedir(stream);
  std::sort(names.begin(), names.end());
  return names;
}

Status RemoveFile(int directory, const std::string& name) {
  if (::unlinkat(directory, name.c_str(), 0) != 0 && errno != ENOENT) {
    return ErrnoStatus(errno, "remove " + name);
  }
  return Status::Ok();
}

}  // namespace borealis::storage::local

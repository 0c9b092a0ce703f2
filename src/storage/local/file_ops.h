// The system calls that can fail under a volume, behind a narrow interface so that tests inject
// EIO, ENOSPC and short writes; and the few helpers that all stores of this room build on.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/status.h"

namespace borealis::storage::local {

// Owns a file descriptor; -1 = none. Every descriptor of this room is opened O_CLOEXEC.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept;
  ~UniqueFd() { Close(); }

  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }
  void Close();
  // Gives the descriptor away.
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

// Each call behaves as the system call of its name: -1 and errno on failure. Thread-safe.
class FileOps {
 public:
  virtual ~FileOps() = default;
  virtual ssize_t Pwrite(int fd, const void* data, size_t length, uint64_t offset);
  virtual int Fdatasync(int fd);
  virtual int Fsync(int fd);
  // Allocates [0, length) and sets the size.
  virtual int Fallocate(int fd, uint64_t length);
  virtual int Rename(int directory, const char* from, const char* to, unsigned flags);
};

// The system's own; lives as long as the process.
FileOps& PosixFileOps();

// ENOSPC, EDQUOT: kNoSpace. ENOENT: kNotFound. EEXIST: kAlreadyExists. Else kIo. The message is
// "`what`: text of the error".
Status ErrnoStatus(int error, std::string_view what);

// Writes all of `bytes` at `offset`. `*written` (may be null) tells how many got through.
Status WriteAll(FileOps& ops, int fd, ByteView bytes, uint64_t offset, size_t* written = nullptr);
// Reads up to `length` bytes at `offset`; fewer only at the end of the file.
Result<Bytes> ReadUpTo(int fd, uint64_t offset, size_t length);
// The whole file `name` in `directory`, at most `length_max` bytes (kCorruption above).
Result<Bytes> ReadFile(int directory, const std::string& name, size_t length_max);

// Opens `name` in `directory` with O_CLOEXEC and mode 0600.
Result<UniqueFd> OpenFile(int directory, const std::string& name, int flags);
Result<UniqueFd> OpenDirectory(int at, const std::string& name);
// Names in a directory, "." and ".." left out, sorted.
Result<std::vector<std::string>> ListDirectory(int directory);
// Removes a file; ok when there is none.
Status RemoveFile(int directory, const std::string& name);

}  // namespace borealis::storage::local

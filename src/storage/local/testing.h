// Helpers of this room's tests: a directory that is gone with its owner, and file operations that
// fail on request.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "base/check.h"
#include "storage/local/file_ops.h"
#include "storage/local/local_backend.h"
#include "storage/local/sync_points.h"

namespace borealis::storage::local {

// A fresh directory under the system's place for temporary files.
class TestDirectory {
 public:
  explicit TestDirectory(
      const std::filesystem::path& parent = std::filesystem::temp_directory_path()) {
    std::string path = (parent / "borealis-local-XXXXXX").string();
    CHECK(::mkdtemp(path.data()) != nullptr);
    path_ = path;
  }
  ~TestDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestDirectory(const TestDirectory&) = delete;
  TestDirectory& operator=(const TestDirectory&) = delete;
  const std::string& path() const { return path_; }
  std::string Volume() const { return path_ + "/volume"; }

 private:
  std::string path_;
};

// The system's calls, with failures on request. Thread-safe; each request counts down over calls.
class FailingFileOps : public FileOps {
 public:
  ssize_t Pwrite(int fd, const void* data, size_t length, uint64_t offset) override {
    if (kill_in_write) {  // as a process that dies with a part of the bytes written
      FileOps::Pwrite(fd, data, length / 2, offset);
      ::kill(::getpid(), SIGKILL);
    }
    if (Due(short_writes)) {
      return FileOps::Pwrite(fd, data, std::max<size_t>(length / 2, 1), offset);
    }
    if (Due(failing_writes)) return Fail(write_error);
    return FileOps::Pwrite(fd, data, length, offset);
  }
  int Fdatasync(int fd) override {
    data_syncs.fetch_add(1);
    if (Due(failing_data_syncs)) return static_cast<int>(Fail(EIO));
    return FileOps::Fdatasync(fd);
  }
  int Fsync(int fd) override {
    if (Due(failing_syncs)) return static_cast<int>(Fail(EIO));
    return FileOps::Fsync(fd);
  }
  int Fallocate(int fd, uint64_t length) override {
    if (Due(failing_allocations)) return static_cast<int>(Fail(ENOSPC));
    return FileOps::Fallocate(fd, length);
  }

  std::atomic<bool> kill_in_write{false};
  std::atomic<int> short_writes{0};  // happen before failing_writes
  std::atomic<int> failing_writes{0};
  std::atomic<int> write_error{EIO};
  std::atomic<int> failing_data_syncs{0};
  std::atomic<int> failing_syncs{0};
  std::atomic<int> failing_allocations{0};
  std::atomic<int> data_syncs{0};

 private:
  static bool Due(std::atomic<int>& requests) {
    int left = requests.load();
    while (left > 0) {
      if (requests.compare_exchange_weak(left, left - 1)) return true;
    }
    return false;
  }
  static ssize_t Fail(int error) {
    errno = error;
    return -1;
  }
};

// Small and quick: segments of 1 MiB, no background work.
inline LocalOptions TestOptions() {
  LocalOptions options;
  options.segment_bytes_max = 1 << 20;
  options.append_bytes_max = 256 << 10;
  options.prepare_spares = false;
  return options;
}

inline std::unique_ptr<LocalBackend> OpenOrDie(const std::string& directory,
                                               const LocalOptions& options) {
  Result<std::unique_ptr<LocalBackend>> backend = LocalBackend::Open(directory, options);
  CHECK_OK(backend);
  return std::move(*backend);
}

// Attached, and through with recovery.
inline std::unique_ptr<LocalBackend> AttachOrDie(const std::string& directory,
                                                 const LocalOptions& options) {
  std::unique_ptr<LocalBackend> backend = OpenOrDie(directory, options);
  if (backend->NeedsRecovery()) CHECK_OK(backend->EndRecovery());
  return backend;
}

}  // namespace borealis::storage::local

// PowerLossFileOps: file operations that remember what no sync has made durable yet, so that a test
// can have the volume as a disk would hold it if the power failed now.
//
// Not durable: bytes written since the file's last sync, and renames since the directory's last
// sync. A sync of one file says nothing about another. Removals and changes of size or mode count
// as durable at once.
#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "storage/local/testing.h"

namespace borealis::storage::local {

class PowerLossFileOps : public FailingFileOps {
 public:
  ssize_t Pwrite(int fd, const void* data, size_t length, uint64_t offset) override {
    MutexLock lock(mutex_);
    // Through another descriptor: this one may be open for writing only.
    const UniqueFd reader(
        ::open(fmt::format("/proc/self/fd/{}", fd).c_str(), O_RDONLY | O_CLOEXEC));
    Result<Bytes> old = ReadUpTo(reader.get(), offset, length);
    CHECK_OK(old);
    const ssize_t n = FailingFileOps::Pwrite(fd, data, length, offset);
    if (n > 0) {
      old->resize(length);
      writes_[IdOf(fd)].push_back({++changes_, offset, std::move(*old)});
    }
    return n;
  }
  int Fdatasync(int fd) override {
    const uint64_t before = Changes();
    return Sync(fd, before, FailingFileOps::Fdatasync(fd));
  }
  int Fsync(int fd) override {
    const uint64_t before = Changes();
    return Sync(fd, before, FailingFileOps::Fsync(fd));
  }
  int Rename(int directory, const char* from, const char* to, unsigned flags) override {
    MutexLock lock(mutex_);
    const Result<Bytes> old = ReadFile(directory, to, 2 << 20);
    const int rc = FailingFileOps::Rename(directory, from, to, flags);
    const std::string path = PathOf(directory) + "/" + to;
    if (rc == 0) {
      renames_[IdOf(directory)].push_back(
          {++changes_, path, old.ok() ? std::optional(*old) : std::nullopt});
    }
    return rc;
  }

  // Copies the volume as the disk would hold it. Each thing that is not durable made it there, or
  // not, as `random` decides: bytes sector by sector, renames in their order.
  void CopyAfterPowerLoss(const std::string& from, const std::string& to, uint64_t seed) {
    MutexLock lock(mutex_);
    std::mt19937_64 random(seed);
    std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
    std::map<FileId, std::string> copies;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(from)) {
      if (!entry.is_regular_file()) continue;
      const std::string copy = to + entry.path().string().substr(from.size());
      copies[IdOf(entry.path())] = copy;
    }
    for (const auto& [id, writes] : writes_) {
      if (copies.contains(id)) Undo(copies[id], writes, random);
    }
    for (const auto& [id, renames] : renames_) {
      size_t keep = random() % (renames.size() + 1);
      for (size_t i = renames.size(); i-- > keep;) {
        const std::string copy = to + renames[i].path.substr(from.size());
        if (renames[i].old) {
          Overwrite(copy, *renames[i].old);
        } else {
          std::filesystem::remove(copy);
        }
      }
    }
  }

  // From now on syncs claim to succeed and do nothing: what a test of these tests needs.
  std::atomic<bool> lying{false};

 private:
  using FileId = std::pair<dev_t, ino_t>;
  struct Write {
    uint64_t change;  // number of this change; later ones are not covered by an earlier sync
    uint64_t offset;
    Bytes old;
  };
  struct Renaming {
    uint64_t change;
    std::string path;
    std::optional<Bytes> old;
  };
  static constexpr size_t kSectorBytes = 512;

  static FileId IdOf(int fd) {
    struct stat info {};
    CHECK(::fstat(fd, &info) == 0);
    return {info.st_dev, info.st_ino};
  }
  static FileId IdOf(const std::filesystem::path& path) {
    struct stat info {};
    CHECK(::stat(path.c_str(), &info) == 0);
    return {info.st_dev, info.st_ino};
  }
  static std::string PathOf(int fd) {
    return std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd)).string();
  }
  static void Overwrite(const std::string& path, ByteView bytes) {
    const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_TRUNC | O_CREAT | O_CLOEXEC, 0600));
    CHECK(fd.ok());
    CHECK_OK(WriteAll(PosixFileOps(), fd.get(), bytes, 0));
  }
  static void Undo(const std::string& path, const std::vector<Write>& writes,
                   std::mt19937_64& random) {
    const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    CHECK(fd.ok());
    const auto size = std::filesystem::file_size(path);
    for (auto write = writes.rbegin(); write != writes.rend(); ++write) {
      for (size_t at = 0; at < write->old.size(); at += kSectorBytes) {
        const size_t length = std::min(kSectorBytes, write->old.size() - at);
        if (write->offset + at + length > size || random() % 2 == 0) continue;
        CHECK_OK(WriteAll(PosixFileOps(), fd.get(), ByteView(write->old).subspan(at, length),
                          write->offset + at));
      }
    }
  }
  uint64_t Changes() {
    MutexLock lock(mutex_);
    return changes_;
  }
  int Sync(int fd, uint64_t before, int rc) {
    if (rc != 0 || lying) return rc;
    MutexLock lock(mutex_);
    const auto covered = [&](const auto& change) { return change.change <= before; };
    std::erase_if(writes_[IdOf(fd)], covered);
    std::erase_if(renames_[IdOf(fd)], covered);
    return rc;
  }

  Mutex mutex_;
  uint64_t changes_ GUARDED_BY(mutex_) = 0;
  std::map<FileId, std::vector<Write>> writes_ GUARDED_BY(mutex_);
  std::map<FileId, std::vector<Renaming>> renames_ GUARDED_BY(mutex_);
};

}  // namespace borealis::storage::local

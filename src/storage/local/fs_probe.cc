#include "storage/local/fs_probe.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

#include "base/log.h"
#include "storage/local/shared_state.h"

namespace borealis::storage::local {
namespace {

struct UnfitType {
  int64_t type;
  const char* name;
};

// From linux/magic.h and the file systems' own headers.
constexpr UnfitType kUnfitTypes[] = {
    {0x6969, "NFS"},        {0x517B, "SMB"},        {0xFF534D42, "CIFS"}, {0xFE534D42, "SMB2"},
    {0x01021997, "9p"},     {0x65735546, "FUSE"},   {0x00C36400, "Ceph"}, {0x5346414F, "AFS"},
    {0x6B414653, "AFS"},    {0x73757245, "Coda"},   {0x01161970, "GFS2"}, {0x7461636F, "OCFS2"},
    {0x0BD00BD0, "Lustre"}, {0x19830326, "BeeGFS"}, {0x47504653, "GPFS"}, {0x786F4256, "vboxsf"},
    {0xBACBACBC, "vmhgfs"}, {0x7C7C6673, "prl_fs"}, {0x4D44, "FAT"},      {0x2011BAB0, "exFAT"},
    {0x858458F6, "ramfs"},
};
constexpr int64_t kTmpfs = 0x01021994;

Status Unfit(const std::string& path, const std::string& why) {
  return {Code::kUnsupported,
          fmt::format("{}: {}; put the volume on a local disk (ext4, xfs, btrfs)", path, why)};
}

// One page of `fd`, mapped shared.
class Page {
 public:
  explicit Page(int fd)
      : address_(::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)) {}
  ~Page() {
    if (ok()) ::munmap(address_, kBytes);
  }
  Page(const Page&) = delete;
  Page& operator=(const Page&) = delete;
  bool ok() const { return address_ != MAP_FAILED; }
  SharedMutex* mutex() const { return static_cast<SharedMutex*>(address_); }
  static constexpr size_t kBytes = 4096;

 private:
  void* address_;
};

// A thread dies with the mutex held through one mapping; the other must learn of it.
bool RobustMutexWorks(const Page& first, const Page& second) {
  first.mutex()->Init();
  std::thread([&] { pthread_mutex_lock(&first.mutex()->native); }).join();
  if (pthread_mutex_trylock(&second.mutex()->native) != EOWNERDEAD) return false;
  pthread_mutex_consistent(&second.mutex()->native);
  return pthread_mutex_unlock(&second.mutex()->native) == 0;
}

bool FileLocksWork(int first, int second) {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_len = 1;
  struct flock other = lock;
  return ::fcntl(first, F_OFD_SETLK, &lock) == 0 && ::fcntl(second, F_OFD_SETLK, &other) != 0;
}

Status Try(const std::string& path, int directory, const std::string& name) {
  RETURN_IF_ERROR(RemoveFile(directory, name));
  ASSIGN_OR_RETURN(const UniqueFd first, OpenFile(directory, name, O_RDWR | O_CREAT | O_EXCL));
  ASSIGN_OR_RETURN(const UniqueFd second, OpenFile(directory, name, O_RDWR));
  RETURN_IF_ERROR(WriteAll(PosixFileOps(), first.get(), Bytes(Page::kBytes), 0));
  {
    const Page one(first.get());
    const Page two(second.get());
    if (!one.ok() || !two.ok()) return Unfit(path, "this file system has no shared mappings");
    if (!RobustMutexWorks(one, two)) {
      return Unfit(path, "locks in shared mappings do not work on this file system");
    }
  }
  if (!FileLocksWork(first.get(), second.get())) {
    return Unfit(path, "file locks do not work on this file system");
  }
  const std::string renamed = name + "2";
  if (::renameat2(directory, name.c_str(), directory, renamed.c_str(), RENAME_NOREPLACE) != 0) {
    return Unfit(path, "atomic renames do not work on this file system");
  }
  RETURN_IF_ERROR(RemoveFile(directory, renamed));
  if (::fdatasync(first.get()) != 0 || ::fsync(directory) != 0) {
    return Unfit(path, "syncs do not work on this file system");
  }
  return Status::Ok();
}

}  // namespace

Status CheckFileSystemType(const std::string& path, int64_t type) {
  for (const UnfitType& unfit : kUnfitTypes) {
    if (unfit.type != type) continue;
    return Unfit(path, fmt::format("{} file systems cannot carry a local volume", unfit.name));
  }
  return Status::Ok();
}

bool IsVolatileFileSystem(int64_t type) { return type == kTmpfs; }

Status ProbeFileSystem(const std::string& path, int directory) {
  struct statfs info {};
  if (::fstatfs(directory, &info) != 0) return ErrnoStatus(errno, "statfs " + path);
  const int64_t type = info.f_type & 0xFFFFFFFF;
  RETURN_IF_ERROR(CheckFileSystemType(path, type));
  if (IsVolatileFileSystem(type)) {
    LogWarning("{}: on tmpfs, not durable: everything is gone after a reboot", path);
  }
  const std::string name = fmt::format(".probe-{}", ::getpid());
  Status status = Try(path, directory, name);
  (void)RemoveFile(directory, name);
  return status;
}

}  // namespace borealis::storage::local

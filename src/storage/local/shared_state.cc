#include "storage/local/shared_state.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <new>

#include "storage/local/process_identity.h"

namespace borealis::storage::local {
namespace {

constexpr char kName[] = "shm";
constexpr char kNewName[] = "shm.new";

void InitState(SharedState& state) {
  const std::string boot = BootId();
  std::memcpy(state.boot_id.data(), boot.data(), std::min(boot.size(), state.boot_id.size()));
  state.pid_namespace = PidNamespace();
  state.register_mutex.Init();
  state.table_mutex.Init();
  for (SharedSegment& segment : state.segments) segment.append_mutex.Init();
  state.bytes = sizeof(SharedState);
  state.layout = kSharedLayout;
  state.magic = kSharedMagic;
}

}  // namespace

void SharedMutex::Init() {
  pthread_mutexattr_t attributes;
  CHECK(pthread_mutexattr_init(&attributes) == 0);
  CHECK(pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED) == 0);
  CHECK(pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST) == 0);
  CHECK(pthread_mutex_init(&native, &attributes) == 0);
  pthread_mutexattr_destroy(&attributes);
  progress = 0;
}

uint32_t SharedMutex::OwnerTid() const {
  // The kernel's robust-futex ABI puts the holder's thread id into the lock word; the C library
  // keeps that word first in the mutex.
  static_assert(offsetof(pthread_mutex_t, __data.__lock) == 0);
  const int word = __atomic_load_n(&native.__data.__lock, __ATOMIC_RELAXED);
  return static_cast<uint32_t>(word) & FUTEX_TID_MASK;
}

SharedMapping::~SharedMapping() {
  if (state_ != nullptr) ::munmap(state_, sizeof(SharedState));
}

Result<SharedMapping> SharedMapping::Map(int fd) {
  void* address = ::mmap(nullptr, sizeof(SharedState), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (address == MAP_FAILED) return ErrnoStatus(errno, "map shm");
  ::madvise(address, sizeof(SharedState), MADV_DONTFORK);
  return SharedMapping(static_cast<SharedState*>(address));
}

Result<SharedMapping> SharedMapping::CreateFresh(int volume_directory) {
  RETURN_IF_ERROR(RemoveFile(volume_directory, kNewName));
  ASSIGN_OR_RETURN(const UniqueFd fd,
                   OpenFile(volume_directory, kNewName, O_RDWR | O_CREAT | O_EXCL));
  // Really written: a store into a hole of a full disk would be a SIGBUS.
  RETURN_IF_ERROR(WriteAll(PosixFileOps(), fd.get(), Bytes(sizeof(SharedState)), 0));
  ASSIGN_OR_RETURN(SharedMapping mapping, Map(fd.get()));
  InitState(*new (mapping.state_) SharedState());
  if (::renameat(volume_directory, kNewName, volume_directory, kName) != 0) {
    return ErrnoStatus(errno, "rename shm");
  }
  return mapping;
}

Result<SharedMapping> SharedMapping::OpenExisting(int volume_directory) {
  ASSIGN_OR_RETURN(const UniqueFd fd, OpenFile(volume_directory, kName, O_RDWR));
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return ErrnoStatus(errno, "stat shm");
  if (static_cast<uint64_t>(info.st_size) != sizeof(SharedState)) {
    return Status(Code::kUnavailable,
                  "the volume is in use by another version of this program; stop it first");
  }
  ASSIGN_OR_RETURN(SharedMapping mapping, Map(fd.get()));
  if (mapping->magic != kSharedMagic || mapping->layout != kSharedLayout ||
      mapping->bytes != sizeof(SharedState)) {
    return Status(Code::kUnavailable,
                  "the volume is in use by another version of this program; stop it first");
  }
  if (std::string(mapping->boot_id.data()) != BootId()) {
    return Status(Code::kUnavailable,
                  "the volume is in use by another machine; a local volume belongs to one machine "
                  "(use a rados:// volume to span several)");
  }
  if (mapping->pid_namespace != PidNamespace()) {
    return Status(Code::kUnavailable,
                  "the volume is in use from another container; processes that share a volume "
                  "must share a pid namespace");
  }
  return mapping;
}

}  // namespace borealis::storage::local

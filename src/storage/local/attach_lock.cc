#include "storage/local/attach_lock.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <thread>

#include "base/log.h"
#include "base/mutex.h"
#include "storage/local/shared_state.h"

namespace borealis::storage::local {
namespace {

constexpr char kName[] = "lock";
constexpr int64_t kGate = 0;
constexpr int64_t kFirstSlot = 64;
constexpr int64_t kWaitLogNs = 5'000'000'000;

int Control(int fd, int command, int type, int64_t start, int64_t length, struct flock* out) {
  struct flock lock {};
  lock.l_type = static_cast<short>(type);
  lock.l_whence = SEEK_SET;
  lock.l_start = start;
  lock.l_len = length;
  int rc = 0;
  do {
    rc = ::fcntl(fd, command, &lock);
  } while (rc != 0 && errno == EINTR);
  if (out != nullptr) *out = lock;
  return rc;
}

Result<bool> Held(int fd, int64_t start, int64_t length) {
  struct flock lock {};
  if (Control(fd, F_OFD_GETLK, F_WRLCK, start, length, &lock) != 0) {
    return ErrnoStatus(errno, "query lock");
  }
  return lock.l_type != F_UNLCK;
}

// The process that recovers the volume, as the shared memory names it; 0 when it does not.
uint64_t RecovererPid(int volume_directory) {
  const Result<UniqueFd> shm = OpenFile(volume_directory, "shm", O_RDONLY);
  if (!shm.ok()) return 0;
  uint64_t pid = 0;
  const Result<Bytes> bytes =
      ReadUpTo(shm->get(), offsetof(SharedState, recoverer_pid), sizeof(pid));
  if (bytes.ok() && bytes->size() == sizeof(pid)) std::memcpy(&pid, bytes->data(), sizeof(pid));
  return pid;
}

// Says now and then, as long as it lives, whom we wait for.
class WaitReporter {
 public:
  WaitReporter(std::string volume, int volume_directory)
      : volume_(std::move(volume)), directory_(volume_directory), thread_([this] { Run(); }) {}
  ~WaitReporter() {
    {
      MutexLock lock(mutex_);
      done_ = true;
    }
    changed_.NotifyAll();
    thread_.join();
  }

 private:
  void Run() {
    MutexLock lock(mutex_);
    while (!done_) {
      if (changed_.WaitFor(mutex_, kWaitLogNs) || done_) continue;
      LogWarning("{}: waiting for process {} to recover the volume", volume_,
                 RecovererPid(directory_));
    }
  }
  const std::string volume_;
  const int directory_;
  Mutex mutex_;
  CondVar changed_;
  bool done_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace

Result<AttachLock> AttachLock::Open(int volume_directory) {
  ASSIGN_OR_RETURN(UniqueFd fd, OpenFile(volume_directory, kName, O_RDWR));
  return AttachLock(std::move(fd));
}

Status AttachLock::LockGate(const std::string& volume, int volume_directory) {
  if (Control(fd_.get(), F_OFD_SETLK, F_WRLCK, kGate, 1, nullptr) == 0) return Status::Ok();
  if (errno != EAGAIN && errno != EACCES) return ErrnoStatus(errno, volume + ": lock");
  const WaitReporter reporter(volume, volume_directory);
  if (Control(fd_.get(), F_OFD_SETLKW, F_WRLCK, kGate, 1, nullptr) != 0) {
    return ErrnoStatus(errno, volume + ": lock");
  }
  return Status::Ok();
}

void AttachLock::UnlockGate() { Control(fd_.get(), F_OFD_SETLK, F_UNLCK, kGate, 1, nullptr); }

Result<bool> AttachLock::AnyoneElseAttached() const {
  return Held(fd_.get(), kFirstSlot, kAttachSlotsMax);
}

Result<int> AttachLock::ClaimSlot() {
  for (int slot = 0; slot < kAttachSlotsMax; ++slot) {
    if (Control(fd_.get(), F_OFD_SETLK, F_WRLCK, kFirstSlot + slot, 1, nullptr) == 0) {
      slot_ = slot;
      return slot;
    }
  }
  return Status(Code::kUnavailable,
                fmt::format("{} processes are attached already; stop one", kAttachSlotsMax));
}

bool AttachLock::IsAlive(int slot) const {
  if (slot == slot_) return true;
  const Result<bool> held = Held(fd_.get(), kFirstSlot + slot, 1);
  return !held.ok() || *held;  // in doubt alive: only leads to waiting longer
}

Result<bool> AttachLock::AnyoneAttached(int volume_directory) {
  ASSIGN_OR_RETURN(const UniqueFd fd, OpenFile(volume_directory, kName, O_RDONLY));
  return Held(fd.get(), kFirstSlot, kAttachSlotsMax);
}

}  // namespace borealis::storage::local

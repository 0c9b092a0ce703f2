#include "storage/local/attach_lock.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
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

// Prints a line now and then as long as it lives.
class WaitReporter {
 public:
  explicit WaitReporter(std::string text) : text_(std::move(text)), thread_([this] { Run(); }) {}
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
      if (!changed_.WaitFor(mutex_, kWaitLogNs) && !done_) LogWarning("{}", text_);
    }
  }
  const std::string text_;
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

Status AttachLock::LockGate(const std::string& what) {
  if (Control(fd_.get(), F_OFD_SETLK, F_WRLCK, kGate, 1, nullptr) == 0) return Status::Ok();
  if (errno != EAGAIN && errno != EACCES) return ErrnoStatus(errno, what + ": lock");
  WaitReporter reporter(what + ": waiting for another process that recovers the volume");
  if (Control(fd_.get(), F_OFD_SETLKW, F_WRLCK, kGate, 1, nullptr) != 0) {
    return ErrnoStatus(errno, what + ": lock");
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

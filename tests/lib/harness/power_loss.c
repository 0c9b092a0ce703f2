/* Changes of bytes, sizes and modes, and syncs: noted for a power failure (power_loss.h). */
#define _GNU_SOURCE
#include "power_loss.h"

ssize_t pwrite64(int fd, const void* data, size_t length, off64_t offset) {
  Note note = Begin(fd);
  if (note.fd >= 0 && length > 0) Keep('W', &note, fd, (uint64_t)offset, length);
  const ssize_t n =
      NEXT(ssize_t(*)(int, const void*, size_t, off64_t), "pwrite64")(fd, data, length, offset);
  End(&note);
  return n;
}

ssize_t pwrite(int fd, const void* data, size_t length, off_t offset) {
  return pwrite64(fd, data, length, offset);
}

ssize_t write(int fd, const void* data, size_t length) {
  Note note = Begin(fd);
  if (note.fd >= 0 && length > 0) {
    const int flags = fcntl(fd, F_GETFL);
    const off_t at = (flags & O_APPEND) != 0 ? note.file.st_size : lseek(fd, 0, SEEK_CUR);
    Keep('W', &note, fd, (uint64_t)at, length);
  }
  const ssize_t n = NEXT(ssize_t(*)(int, const void*, size_t), "write")(fd, data, length);
  End(&note);
  return n;
}

int ftruncate64(int fd, off64_t size) {
  Note note = Begin(fd);
  if (note.fd >= 0) KeepSize(&note, fd, (uint64_t)size);
  const int rc = NEXT(int (*)(int, off64_t), "ftruncate64")(fd, size);
  End(&note);
  return rc;
}

int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

int fallocate64(int fd, int mode, off64_t offset, off64_t length) {
  Note note = Begin(fd);
  if (note.fd >= 0 && mode == 0) KeepSize(&note, fd, (uint64_t)note.file.st_size);
  if (note.fd >= 0 && mode != 0)
    Keep('W', &note, fd, (uint64_t)offset, (uint64_t)length); /* a hole */
  const int rc = NEXT(int (*)(int, int, off64_t, off64_t), "fallocate64")(fd, mode, offset, length);
  End(&note);
  return rc;
}

int fallocate(int fd, int mode, off_t offset, off_t length) {
  return fallocate64(fd, mode, offset, length);
}

int posix_fallocate64(int fd, off64_t offset, off64_t length) {
  Note note = Begin(fd);
  if (note.fd >= 0) KeepSize(&note, fd, (uint64_t)note.file.st_size);
  const int rc = NEXT(int (*)(int, off64_t, off64_t), "posix_fallocate64")(fd, offset, length);
  End(&note);
  return rc;
}

int posix_fallocate(int fd, off_t offset, off_t length) {
  return posix_fallocate64(fd, offset, length);
}

int fchmod(int fd, mode_t mode) {
  Note note = Begin(fd);
  if (note.fd >= 0) {
    const Entry entry = {'M', {0}, note.file.st_mode & 07777, 0, 0, 0, (uint64_t)note.file.st_size};
    RealWrite(note.fd, &entry, sizeof(entry));
  }
  const int rc = NEXT(int (*)(int, mode_t), "fchmod")(fd, mode);
  End(&note);
  return rc;
}

static int Sync(int fd, const char* call) {
  Note note = Begin(fd);
  struct stat info = note.file;
  char path[PATH_MAX];
  const int ours = note.fd >= 0;
  const int directory = !ours && getenv("POWER_LOSS_JOURNAL") != NULL && fstat(fd, &info) == 0 &&
                        S_ISDIR(info.st_mode) && PathOf(fd, path) && IsBelow(path);
  const off_t before = ours ? lseek(note.fd, 0, SEEK_END) : 0;
  const long long names_before = ours || directory ? NamesSize() : 0;
  if (ours) flock(note.fd, LOCK_UN);
  const int rc = NEXT(int (*)(int), call)(fd);
  if (getenv("POWER_LOSS_LYING") != NULL) { /* a disk that calls durable what is not */
    End(&note);
    return rc;
  }
  if (rc == 0 && ours) {
    if (flock(note.fd, LOCK_EX) != 0) Fatal("lock");
    const uint64_t start = sizeof(start);
    const int all = lseek(note.fd, 0, SEEK_END) == before;
    const uint64_t durable = all ? start : (uint64_t)before;
    if (all && NEXT(int (*)(int, off64_t), "ftruncate64")(note.fd, (off64_t)start) != 0)
      Fatal("cut");
    char name[80];
    NameOf(&info, "", name, sizeof(name));
    const int head = OpenJournal(name, O_WRONLY); /* the other one only appends */
    if (head < 0 || NEXT(ssize_t(*)(int, const void*, size_t, off64_t), "pwrite64")(
                        head, &durable, sizeof(durable), 0) != sizeof(durable)) {
      Fatal("mark as durable");
    }
    close(head);
    NameOf(&info, ".named", name, sizeof(name));
    snprintf(path, sizeof(path), "%s/%s", getenv("POWER_LOSS_JOURNAL"), name);
    if (access(path, F_OK) == 0) {
      AddName("F\t%llu\t%lld\n", (unsigned long long)info.st_ino, names_before);
    }
  }
  if (rc == 0 && directory) {
    AddName("D\t%llu-%llu\t%lld\n", (unsigned long long)info.st_dev,
            (unsigned long long)info.st_ino, names_before);
  }
  End(&note);
  return rc;
}

int fsync(int fd) { return Sync(fd, "fsync"); }
int fdatasync(int fd) { return Sync(fd, "fdatasync"); }

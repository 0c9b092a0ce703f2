/* Files made, renamed and removed: noted for a power failure (power_loss.h). */
#define _GNU_SOURCE
#include "power_loss.h"

static int Open(int at, const char* name, int flags, mode_t mode) {
  int (*const next)(int, const char*, int, ...) =
      NEXT(int (*)(int, const char*, int, ...), "openat64");
  char path[PATH_MAX];
  struct stat info;
  const int saved = errno;
  const int ours = getenv("POWER_LOSS_JOURNAL") != NULL && (flags & (O_CREAT | O_TRUNC)) != 0 &&
                   (flags & O_TMPFILE) != O_TMPFILE && AbsolutePath(at, name, path) &&
                   IsBelow(path);
  const int exists = ours && lstat(path, &info) == 0;
  errno = saved;
  if (!ours) return next(at, name, flags, mode);
  const int cuts = exists && (flags & O_TRUNC) != 0;
  const int fd = next(at, name, cuts ? flags & ~O_TRUNC : flags, mode);
  if (fd >= 0 && cuts && S_ISREG(info.st_mode) && ftruncate64(fd, 0) != 0)
    Fatal("cut an opened file");
  if (fd >= 0 && !exists && fstat(fd, &info) == 0 && PathOf(fd, path) && IsBelow(path)) {
    char journal[80];
    char directory[64];
    char old[PATH_MAX];
    NameOf(&info, "", journal, sizeof(journal)); /* of an earlier file with this number */
    snprintf(old, sizeof(old), "%s/%s", getenv("POWER_LOSS_JOURNAL"), journal);
    NEXT(int (*)(const char*), "unlink")(old);
    if (DirectoryOf(path, directory, sizeof(directory))) {
      AddNamed(&info);
      AddName("C\t%s\t%llu\t%s\n", directory, (unsigned long long)info.st_ino, path);
    }
    errno = saved;
  }
  return fd;
}

#define MODE_OF(flags, mode)                                        \
  mode_t mode = 0;                                                  \
  if (((flags)&O_CREAT) != 0 || ((flags)&O_TMPFILE) == O_TMPFILE) { \
    va_list arguments;                                              \
    va_start(arguments, flags);                                     \
    mode = va_arg(arguments, mode_t);                               \
    va_end(arguments);                                              \
  }

int open(const char* path, int flags, ...) {
  MODE_OF(flags, mode)
  return Open(AT_FDCWD, path, flags, mode);
}
int open64(const char* path, int flags, ...) {
  MODE_OF(flags, mode)
  return Open(AT_FDCWD, path, flags, mode);
}
int openat(int at, const char* path, int flags, ...) {
  MODE_OF(flags, mode)
  return Open(at, path, flags, mode);
}
int openat64(int at, const char* path, int flags, ...) {
  MODE_OF(flags, mode)
  return Open(at, path, flags, mode);
}

int renameat2(int from_at, const char* from, int to_at, const char* to, unsigned flags) {
  char from_path[PATH_MAX];
  char to_path[PATH_MAX];
  char directory[64];
  char kept[PATH_MAX] = "";
  struct stat info;
  const int saved = errno;
  const int ours = getenv("POWER_LOSS_JOURNAL") != NULL && AbsolutePath(from_at, from, from_path) &&
                   AbsolutePath(to_at, to, to_path) && IsBelow(to_path) &&
                   lstat(from_path, &info) == 0 &&
                   DirectoryOf(to_path, directory, sizeof(directory));
  if (ours && lstat(to_path, &(struct stat){0}) == 0 && flags == 0) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    snprintf(kept, sizeof(kept), "%s/kept-%d-%lld", getenv("POWER_LOSS_JOURNAL"), gettid(),
             (long long)now.tv_sec * 1000000000 + now.tv_nsec);
    if (link(to_path, kept) != 0) kept[0] = 0; /* a directory */
  }
  errno = saved;
  const int rc = NEXT(int (*)(int, const char*, int, const char*, unsigned), "renameat2")(
      from_at, from, to_at, to, flags);
  if (rc == 0 && ours) {
    AddName("R\t%s\t%llu\t%s\t%s\t%s\n", directory, (unsigned long long)info.st_ino, from_path,
            to_path, kept);
    errno = saved;
  }
  return rc;
}

static void Forget(const char* path, const struct stat* file) { /* the number may be used again */
  char name[80];
  char journal[PATH_MAX];
  if (file->st_nlink != 1 || !IsBelow(path)) return;
  NameOf(file, "", name, sizeof(name));
  snprintf(journal, sizeof(journal), "%s/%s", getenv("POWER_LOSS_JOURNAL"), name);
  NEXT(int (*)(const char*), "unlink")(journal);
}

int unlinkat(int at, const char* name, int flags) {
  char path[PATH_MAX];
  struct stat info;
  const int saved = errno;
  const int ours = getenv("POWER_LOSS_JOURNAL") != NULL && flags == 0 &&
                   AbsolutePath(at, name, path) && lstat(path, &info) == 0;
  errno = saved;
  const int rc = NEXT(int (*)(int, const char*, int), "unlinkat")(at, name, flags);
  if (rc == 0 && ours) {
    Forget(path, &info);
    errno = saved;
  }
  return rc;
}

int unlink(const char* path) { return unlinkat(AT_FDCWD, path, 0); }

int rename(const char* from, const char* to) { return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0); }
int renameat(int from_at, const char* from, int to_at, const char* to) {
  return renameat2(from_at, from, to_at, to, 0);
}

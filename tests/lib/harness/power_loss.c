/* Loaded before servers and agents (LD_PRELOAD): notes all changes of files below POWER_LOSS_ROOTS
 * (directories, separated by ':') that no sync has made durable yet, so that power_loss.py can take
 * back what a disk would have lost. Changes themselves go through at once: processes see each
 * other's.
 *
 * POWER_LOSS_JOURNAL is a directory of the same file system. In it, native byte order:
 *
 *   <device>-<inode>   of one file:  durable:u64 entry*       entries that end at or below
 * `durable` are entry = Entry, then `kept` bytes       W: bytes as they were before a write T:
 * bytes that the next S cut off S: size before a change of it; M: mode before names lines, fields
 * separated by tabs: C <directory> <inode> <path>           a file was made R <directory> <inode>
 * <from> <to> <kept>   it was renamed; what it replaced is `kept` D <directory> <size> the
 * directory was synced: of the first `size` F <inode> <size>                       bytes here, what
 * concerns it is durable <device>-<inode>.named   the file has lines C or R
 *
 * A sync makes durable what was noted before it began. Syncing a file makes its creation durable,
 * too, as on ext4, but not its renaming: that takes a sync of the directory. A removal counts as
 * durable at once, and so does what is written through a mapping. Every file's journal has a lock,
 * held over note and change. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define NEXT(type, name) ((type)dlsym(RTLD_NEXT, name))

typedef struct Entry {
  char kind;
  char unused[3];
  uint32_t mode;
  uint64_t offset;
  uint64_t length; /* of the write; `kept` is less where the file ended */
  uint64_t kept;
  uint64_t size; /* of the file before */
} Entry;

typedef struct Note { /* a file's journal, open and locked; fd -1: the file is none of ours */
  int fd;
  struct stat file;
} Note;

static int RealOpen(const char* path, int flags) {
  return NEXT(int (*)(const char*, int, ...), "open")(path, flags | O_CLOEXEC, 0600);
}

static void Fatal(const char* what) {
  fprintf(stderr, "power_loss: %s: %s\n", what, strerror(errno));
  abort();
}

static void RealWrite(int fd, const void* data, size_t length) {
  if (NEXT(ssize_t(*)(int, const void*, size_t), "write")(fd, data, length) != (ssize_t)length) {
    Fatal("write to the journal");
  }
}

static int IsBelow(const char* path) {
  const char* root = getenv("POWER_LOSS_ROOTS");
  while (root != NULL && *root != 0) {
    const size_t length = strcspn(root, ":");
    if (strncmp(path, root, length) == 0 && (path[length] == '/' || path[length] == 0)) return 1;
    root += length + (root[length] == ':');
  }
  return 0;
}

static int PathOf(int fd, char* path) {
  char link[64];
  snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
  const ssize_t n = readlink(link, path, PATH_MAX - 1);
  if (n < 0) return 0;
  path[n] = 0;
  return 1;
}

static int AbsolutePath(int at, const char* name, char* path) {
  if (name[0] == '/') {
    snprintf(path, PATH_MAX, "%s", name);
    return 1;
  }
  char directory[PATH_MAX];
  if (at == AT_FDCWD ? getcwd(directory, sizeof(directory)) == NULL : !PathOf(at, directory))
    return 0;
  if (strncmp(name, "./", 2) == 0) name += 2;
  if (snprintf(path, PATH_MAX, "%s/%s", directory, name) >= PATH_MAX) return 0;
  return 1;
}

/* Servers may run as another user than those who start them. */
static int OpenJournal(const char* name, int flags) {
  char path[PATH_MAX];
  snprintf(path, sizeof(path), "%s/%s", getenv("POWER_LOSS_JOURNAL"), name);
  const int fd = RealOpen(path, flags);
  if (fd >= 0 && (flags & O_CREAT) != 0) (void)NEXT(int (*)(int, mode_t), "fchmod")(fd, 0666);
  return fd;
}

static void NameOf(const struct stat* file, const char* suffix, char* name, size_t size) {
  snprintf(name, size, "%llu-%llu%s", (unsigned long long)file->st_dev,
           (unsigned long long)file->st_ino, suffix);
}

static Note Begin(int fd) {
  Note note = {-1, {0}};
  char path[PATH_MAX];
  char name[80];
  const int saved = errno;
  if (getenv("POWER_LOSS_JOURNAL") != NULL && fstat(fd, &note.file) == 0 &&
      S_ISREG(note.file.st_mode) && note.file.st_nlink > 0 && PathOf(fd, path) && IsBelow(path)) {
    NameOf(&note.file, "", name, sizeof(name));
    note.fd = OpenJournal(name, O_RDWR | O_CREAT | O_APPEND);
    if (note.fd < 0 || flock(note.fd, LOCK_EX) != 0 || fstat(fd, &note.file) != 0) Fatal(name);
    if (lseek(note.fd, 0, SEEK_END) == 0) {
      const uint64_t durable = sizeof(uint64_t);
      RealWrite(note.fd, &durable, sizeof(durable));
    }
  }
  errno = saved;
  return note;
}

static void End(Note* note) {
  const int saved = errno;
  if (note->fd >= 0) close(note->fd);
  errno = saved;
}

/* The bytes [offset, offset + length) as they are now, as one entry. */
static void Keep(char kind, const Note* note, int fd, uint64_t offset, uint64_t length) {
  Entry entry = {kind, {0}, 0, offset, length, 0, (uint64_t)note->file.st_size};
  if (offset < entry.size) entry.kept = entry.size - offset < length ? entry.size - offset : length;
  char* bytes = malloc(sizeof(entry) + entry.kept);
  char link[64];
  snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
  const int reader =
      entry.kept > 0 ? RealOpen(link, O_RDONLY) : -1; /* `fd` may be open for writing only */
  if (bytes == NULL || (entry.kept > 0 && reader < 0)) Fatal("read what is overwritten");
  for (uint64_t done = 0; done < entry.kept;) {
    const ssize_t n =
        pread(reader, bytes + sizeof(entry) + done, entry.kept - done, (off_t)(offset + done));
    if (n <= 0) Fatal("read what is overwritten");
    done += (uint64_t)n;
  }
  if (reader >= 0) close(reader);
  memcpy(bytes, &entry, sizeof(entry));
  RealWrite(note->fd, bytes, sizeof(entry) + entry.kept);
  free(bytes);
}

static void KeepSize(const Note* note, int fd, uint64_t new_size) {
  const uint64_t size = (uint64_t)note->file.st_size;
  if (new_size < size) Keep('T', note, fd, new_size, size - new_size);
  const Entry entry = {'S', {0}, 0, 0, 0, 0, size};
  RealWrite(note->fd, &entry, sizeof(entry));
}

static void AddName(const char* format, ...) {
  char line[4 * PATH_MAX];
  va_list arguments;
  va_start(arguments, format);
  const int length = vsnprintf(line, sizeof(line), format, arguments);
  va_end(arguments);
  const int fd = OpenJournal("names", O_WRONLY | O_CREAT | O_APPEND);
  if (fd < 0) Fatal("open the journal of names");
  RealWrite(fd, line, (size_t)length);
  close(fd);
}

static long long NamesSize(void) {
  char path[PATH_MAX];
  struct stat info;
  snprintf(path, sizeof(path), "%s/names", getenv("POWER_LOSS_JOURNAL"));
  return stat(path, &info) == 0 ? (long long)info.st_size : 0;
}

/* "<device>-<inode>" of the directory that holds `path`. */
static int DirectoryOf(const char* path, char* id, size_t size) {
  char directory[PATH_MAX];
  struct stat info;
  snprintf(directory, sizeof(directory), "%s", path);
  char* slash = strrchr(directory, '/');
  if (slash == NULL || slash == directory) return 0;
  *slash = 0;
  if (stat(directory, &info) != 0) return 0;
  NameOf(&info, "", id, size);
  return 1;
}

static void AddNamed(const struct stat* file) {
  char name[80];
  NameOf(file, ".named", name, sizeof(name));
  const int fd = OpenJournal(name, O_WRONLY | O_CREAT);
  if (fd >= 0) close(fd);
}

/* --- Bytes
 * ---------------------------------------------------------------------------------------- */

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

/* --- Syncs
 * ---------------------------------------------------------------------------------------- */

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

/* --- Names
 * ---------------------------------------------------------------------------------------- */

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

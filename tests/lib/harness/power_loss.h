/* A library, loaded before servers and agents (LD_PRELOAD): notes all changes of files below
 * POWER_LOSS_ROOTS (directories, separated by ':') that no sync has made durable yet, so that
 * power_loss.py can take back what a disk would have lost. Changes themselves go through at once:
 * processes see each other's.
 *
 * POWER_LOSS_JOURNAL is a directory of the same file system. In it, in native byte order:
 *
 *   <device>-<inode> = durable:u64 entry*      of one file. What ends at or below `durable` is
 *     entry = Entry, then `kept` bytes
 *       W  a write: the bytes before it        T  the bytes that the next S cuts off
 *       S  another size: the one before        M  another mode: the one before
 *
 *   names = line*                              fields are separated by tabs
 *     C <directory> <inode> <path>             a file was made
 *     R <directory> <inode> <from> <to> <kept>   renamed; what it replaced is at `kept`
 *     D <directory> <size>                     the directory was synced: what stands before `size`
 *     F <inode> <size>                         the file was: in this journal, of it, is durable
 *
 *   <device>-<inode>.named                     `names` has lines C or R of the file
 *
 * A sync makes durable what was noted before it began. Syncing a file makes its creation durable,
 * too, as on ext4, but not its renaming: that takes a sync of the directory. A removal counts as
 * durable at once, and so does what is written through a mapping. Every file's journal has a lock,
 * held over note and change. POWER_LOSS_LYING: syncs make nothing durable. */
#ifndef POWER_LOSS_H_
#define POWER_LOSS_H_

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

static inline int RealOpen(const char* path, int flags) {
  return NEXT(int (*)(const char*, int, ...), "open")(path, flags | O_CLOEXEC, 0600);
}

static inline void Fatal(const char* what) {
  fprintf(stderr, "power_loss: %s: %s\n", what, strerror(errno));
  abort();
}

static inline void RealWrite(int fd, const void* data, size_t length) {
  if (NEXT(ssize_t(*)(int, const void*, size_t), "write")(fd, data, length) != (ssize_t)length) {
    Fatal("write to the journal");
  }
}

static inline int IsBelow(const char* path) {
  const char* root = getenv("POWER_LOSS_ROOTS");
  while (root != NULL && *root != 0) {
    const size_t length = strcspn(root, ":");
    if (strncmp(path, root, length) == 0 && (path[length] == '/' || path[length] == 0)) return 1;
    root += length + (root[length] == ':');
  }
  return 0;
}

static inline int PathOf(int fd, char* path) {
  char link[64];
  snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
  const ssize_t n = readlink(link, path, PATH_MAX - 1);
  if (n < 0) return 0;
  path[n] = 0;
  return 1;
}

static inline int AbsolutePath(int at, const char* name, char* path) {
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
static inline int OpenJournal(const char* name, int flags) {
  char path[PATH_MAX];
  snprintf(path, sizeof(path), "%s/%s", getenv("POWER_LOSS_JOURNAL"), name);
  const int fd = RealOpen(path, flags);
  if (fd >= 0 && (flags & O_CREAT) != 0) (void)NEXT(int (*)(int, mode_t), "fchmod")(fd, 0666);
  return fd;
}

static inline void NameOf(const struct stat* file, const char* suffix, char* name, size_t size) {
  snprintf(name, size, "%llu-%llu%s", (unsigned long long)file->st_dev,
           (unsigned long long)file->st_ino, suffix);
}

static inline Note Begin(int fd) {
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

static inline void End(Note* note) {
  const int saved = errno;
  if (note->fd >= 0) close(note->fd);
  errno = saved;
}

/* The bytes [offset, offset + length) as they are now, as one entry. */
static inline void Keep(char kind, const Note* note, int fd, uint64_t offset, uint64_t length) {
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

static inline void KeepSize(const Note* note, int fd, uint64_t new_size) {
  const uint64_t size = (uint64_t)note->file.st_size;
  if (new_size < size) Keep('T', note, fd, new_size, size - new_size);
  const Entry entry = {'S', {0}, 0, 0, 0, 0, size};
  RealWrite(note->fd, &entry, sizeof(entry));
}

static inline void AddName(const char* format, ...) {
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

static inline long long NamesSize(void) {
  char path[PATH_MAX];
  struct stat info;
  snprintf(path, sizeof(path), "%s/names", getenv("POWER_LOSS_JOURNAL"));
  return stat(path, &info) == 0 ? (long long)info.st_size : 0;
}

/* "<device>-<inode>" of the directory that holds `path`. */
static inline int DirectoryOf(const char* path, char* id, size_t size) {
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

static inline void AddNamed(const struct stat* file) {
  char name[80];
  NameOf(file, ".named", name, sizeof(name));
  const int fd = OpenJournal(name, O_WRONLY | O_CREAT);
  if (fd >= 0) close(fd);
}

#endif /* POWER_LOSS_H_ */

/* Loaded before a server (LD_PRELOAD): its writes to, or syncs of, files below FAILING_IO_DIRECTORY
 * fail with EIO while the file FAILING_IO_CONTROL holds the word "write" or "sync". What fails is not
 * passed on, so the bytes of a failed write are not there. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int Wanted(const char* word) {
  const char* control = getenv("FAILING_IO_CONTROL");
  char text[16] = "";
  if (control == NULL) return 0;
  const int fd = open(control, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  const ssize_t n = read(fd, text, sizeof(text) - 1);
  close(fd);
  return n > 0 && strncmp(text, word, strlen(word)) == 0;
}

static int Below(int fd) {
  const char* directory = getenv("FAILING_IO_DIRECTORY");
  char link[64];
  char path[4096];
  if (directory == NULL) return 0;
  snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
  const ssize_t n = readlink(link, path, sizeof(path) - 1);
  if (n < 0) return 0;
  path[n] = 0;
  return strncmp(path, directory, strlen(directory)) == 0;
}

static int Fails(int fd, const char* word) {
  const int saved = errno;
  const int fails = Wanted(word) && Below(fd);
  errno = fails ? EIO : saved;
  return fails;
}

#define NEXT(type, name) ((type)dlsym(RTLD_NEXT, name))

ssize_t pwrite(int fd, const void* data, size_t length, off_t offset) {
  if (Fails(fd, "write")) return -1;
  return NEXT(ssize_t(*)(int, const void*, size_t, off_t), "pwrite")(fd, data, length, offset);
}

ssize_t pwrite64(int fd, const void* data, size_t length, off64_t offset) {
  if (Fails(fd, "write")) return -1;
  return NEXT(ssize_t(*)(int, const void*, size_t, off64_t), "pwrite64")(fd, data, length, offset);
}

int fdatasync(int fd) {
  if (Fails(fd, "sync")) return -1;
  return NEXT(int (*)(int), "fdatasync")(fd);
}

int fsync(int fd) {
  if (Fails(fd, "sync")) return -1;
  return NEXT(int (*)(int), "fsync")(fd);
}

/* A program that lacks the function MISSING_FUNCTION, for whoever looks it up by name. Preloaded. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

void* dlsym(void* library, const char* name) {
  static void* (*find)(void*, const char*);
  /* Its first version: of x86-64, of other machines. */
  if (find == NULL) find = (void* (*)(void*, const char*))dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.2.5");
  if (find == NULL) find = (void* (*)(void*, const char*))dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.17");
  const char* missing = getenv("MISSING_FUNCTION");
  if (missing != NULL && strcmp(name, missing) == 0) return NULL;
  return find == NULL ? NULL : find(library, name);
}

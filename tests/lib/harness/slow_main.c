/* A process whose main thread is held up: when it has started a thread, it stands still for SLOW_MAIN_MS as soon
 * as it lets go of a mutex. Preloaded. Other threads are not delayed. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

static int started; /* a thread, by the main thread */

static int is_main(void) { return gettid() == getpid(); }

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*run)(void*), void* argument) {
  static int (*create)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  if (create == NULL) {
    create = (int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*))dlsym(RTLD_NEXT, "pthread_create");
  }
  const int result = create(thread, attributes, run, argument);
  if (is_main()) started = 1;
  return result;
}

int pthread_mutex_unlock(pthread_mutex_t* mutex) {
  static int (*unlock)(pthread_mutex_t*);
  if (unlock == NULL) unlock = (int (*)(pthread_mutex_t*))dlsym(RTLD_NEXT, "pthread_mutex_unlock");
  const int result = unlock(mutex);
  if (started && is_main()) {
    started = 0;
    const char* delay_ms = getenv("SLOW_MAIN_MS");
    if (delay_ms != NULL) usleep((useconds_t)atoi(delay_ms) * 1000);
  }
  return result;
}

// StartSignal: that the server has started, its main thread waits for clients.
//
// When the main thread has made the first applier, it waits for the state "joiner", which the first
// view brings, and looks at nothing but that state: were the next one reached before it begins to
// wait, it would wait for ever. So nothing behind the first view is shown to the server before this
// signal. The server's own threads wait for the same (those of its replication from a binary log).
//
// Lock, condition and flag are symbols that the server exports, found at run time. Thread-safe.
#pragma once

#include <pthread.h>

#include <cstdint>

namespace borealis::provider {

class StartSignal {
 public:
  // Of the server that this process is.
  StartSignal();
  // Of the caller's, which outlive it.
  StartSignal(pthread_mutex_t* lock, pthread_cond_t* condition, const bool* started)
      : lock_(lock), condition_(condition), started_(started) {}

  // False: not within timeout_ms, or there is no such signal in this process.
  bool Await(int64_t timeout_ms) const;

 private:
  pthread_mutex_t* lock_;
  pthread_cond_t* condition_;
  const bool* started_;
};

}  // namespace borealis::provider

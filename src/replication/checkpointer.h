// Checkpointer: writes checkpoints of the certification state on a thread of its own, which waits
// for nobody and which nobody waits for but the end of the server.
//
// Thread-safe.
#pragma once

#include <deque>
#include <optional>
#include <thread>

#include "base/clock.h"
#include "base/mutex.h"
#include "certification/certifier.h"
#include "snapshot/checkpoint_store.h"

namespace borealis::replication {

class Checkpointer {
 public:
  // `store` outlives it and is used by its thread alone until Finish(). `needed`: where the state
  // that this server began with is read from.
  Checkpointer(snapshot::CheckpointStore& store, const Clock& clock, const Position& needed);
  ~Checkpointer() { Finish(); }

  // State as of certifier.seqno(), and where the log goes on. One that waits to be written gives
  // way.
  void Write(certification::Certifier certifier, const Position& next) EXCLUDES(mutex_);
  // Everything given is written, or failed with a line in the log, and the thread has ended.
  void Finish() EXCLUDES(mutex_);

  // Bytes of the last one written, since the last call.
  std::optional<uint64_t> TakeWritten() EXCLUDES(mutex_);
  // A restart of this server may have to read the log from here on.
  Position needed() const EXCLUDES(mutex_);

 private:
  struct Job {
    certification::Certifier certifier;
    Position next;
  };
  void Loop();
  void Perform(Job job) EXCLUDES(mutex_);

  snapshot::CheckpointStore& store_;
  const Clock& clock_;
  mutable Mutex mutex_;
  CondVar wake_;
  std::optional<Job> job_ GUARDED_BY(mutex_);
  std::optional<uint64_t> written_ GUARDED_BY(mutex_);
  // Of those kept, oldest first.
  std::deque<Position> kept_ GUARDED_BY(mutex_);
  bool stop_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace borealis::replication

// LogFollower: reads the records of a log as they become durable, from a look at the volume: for
// who shows what the log is doing. Attaches nothing and changes nothing; takes no lock that a
// writer takes. On a volume that no process is attached to it reads the sealed segments only.
//
// One thread at a time.
#pragma once

#include <memory>

#include "log/reader_impl.h"

namespace borealis::log {

class LogFollower {
 public:
  // `backend` and `keys` outlive it. kNotFound: no volume; kInvalidArgument: it is encrypted, and
  // `keys` is null.
  static Result<std::unique_ptr<LogFollower>> Open(storage::Backend& backend,
                                                   encryption::KeyRing* keys);

  const Identity& identity() const { return chain_.identity(); }

  // Reading goes on at `from`, where the record after `before` is looked for. kNotFound: trimmed;
  // kCorruption: no such place.
  Status Begin(const Position& from, Seqno before);
  // At the very first record. kNotFound: trimmed.
  Status BeginAtFirst();

  // nullptr at the durable end; valid until the next call. kNotFound: trimmed meanwhile. REQUIRES:
  // a successful Begin.
  Result<const LogEntry*> Next() { return reader_->Next(); }
  Position position() const { return reader_->position(); }

 private:
  LogFollower(storage::Backend& backend, const Identity& identity, Chain chain,
              encryption::KeyRing* keys)
      : chain_(backend, identity, std::move(chain), keys) {}

  SegmentChain chain_;
  std::unique_ptr<ReaderImpl> reader_;
};

}  // namespace borealis::log

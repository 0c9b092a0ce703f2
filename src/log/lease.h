// Lease: who, at most one at a time, does a task of the volume (takes the next snapshot).
//
// A lease is a register. Its holder changes it at every renewal; an observer takes over only when
// it has seen one and the same version for `ttl_ns` of its own monotonic clock. No clock is
// compared with another, and a paused observer is only slower to take over. A paused holder may
// believe it still holds: what it does under the lease must be fenced by version() or harmless when
// done twice.
//
//   lease := u32 magic "BLLS"  u16 version(1)  u8 held  u8 zero  uuid holder  i64 ttl_ns  u64
//   checksum
//
// Not thread-safe: one task, one thread.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/status.h"
#include "base/uuid.h"
#include "storage/backend.h"

namespace borealis::log {

class Lease {
 public:
  // `name`: the register is "lease.<name>". `holder`: differs between all who may ask.
  Lease(storage::Backend& backend, const Clock& clock, std::string name, const Uuid& holder,
        int64_t ttl_ns);

  // Ok: held from now on. kConflict: another holds it, or took it first; ask again, more often than
  // every ttl_ns / 2: a look is what makes the observer's time count.
  Status Acquire();
  // Ok: held for another ttl_ns from now. kConflict: lost, stop the task. Other errors: unknown,
  // try again while Held().
  Status Renew();
  // Ok also when it was lost.
  Status Release();

  // Whether ttl_ns has not passed, by the own clock, since the last renewal was begun.
  bool Held() const;
  // Increases with every holder; 0 when never held. A mutation made under the lease carries it.
  uint64_t version() const { return version_; }

 private:
  struct Observed {
    uint64_t version = 0;
    int64_t since_ns = 0;
  };
  // One swap, and when its outcome is unknown, what became of it.
  Status Swap(uint64_t expected, bool held);

  storage::Backend& backend_;
  const Clock& clock_;
  const std::string register_;
  const Uuid holder_;
  const int64_t ttl_ns_;

  Observed observed_;
  bool held_ = false;
  uint64_t version_ = 0;
  int64_t renewed_ns_ = 0;
};

inline constexpr uint64_t kLeaseSeed = 0x6c65617365;
struct LeaseValue {
  bool held = false;
  Uuid holder;
  int64_t ttl_ns = 0;
  bool operator==(const LeaseValue&) const = default;
};
Bytes EncodeLease(const LeaseValue& value);
Result<LeaseValue> DecodeLease(ByteView bytes);

}  // namespace borealis::log

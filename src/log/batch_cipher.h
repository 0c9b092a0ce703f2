// BatchCipher: seals and opens the batches of an encrypted volume. The bytes: log/batch.h.
//
// One per Log. A writer's session (encryption/cipher.h) begins when the first batch is sealed, and
// anew when the volume has a newer data key. Thread-safe.
#pragma once

#include <map>
#include <memory>

#include "base/mutex.h"
#include "encryption/key_ring.h"
#include "log/batch.h"

namespace borealis::log {

// What batches are sealed under.
struct SealingKey {
  SealingKey(const encryption::DataKey& data_key, const Uuid& volume);
  const uint32_t number;
  mutable encryption::Session session;
  const encryption::Mac place;
};

// Encrypts the secret parts of a batch in place and writes its seal. REQUIRES: a whole batch with
// room for the seal, its header right up to the number of records.
void SealBatch(const SealingKey& key, std::span<std::byte> batch);
// The header's MAC of a sealed batch at a place.
uint64_t PlaceMac(const encryption::Mac& mac, const BatchPlace& place, ByteView batch);

class BatchCipher {
 public:
  // `keys` outlives it.
  BatchCipher(encryption::KeyRing& keys, const Uuid& volume) : keys_(keys), volume_(volume) {}

  // The newest key as of the last Refresh(). Shared: see BatchBuilder.
  std::shared_ptr<const SealingKey> Current() EXCLUDES(mutex_);
  // Batches that are begun from now on are sealed under the newest key.
  Status Refresh() EXCLUDES(mutex_);

  // The records, and the padding, of a sealed batch whose checksums were right. kCorruption: it was
  // not sealed so, for this place, under a key of this volume. Else as KeyRing::Find.
  Result<Bytes> Open(ByteView batch, const BatchHeader& header, const BatchSeeds& seeds,
                     uint64_t offset) EXCLUDES(mutex_);

 private:
  // Readers meet a session for each writer that was started; more than this are forgotten.
  static constexpr size_t kSessionsKeptMax = 256;

  struct OpeningKey {
    OpeningKey(const encryption::Secret& data_key, const encryption::Salt& salt,
               const Uuid& volume);
    const encryption::Secret session;
    const encryption::Mac place;
  };
  // Shared: used without the lock, while another thread forgets it.
  Result<std::shared_ptr<const OpeningKey>> KeyFor(uint32_t number, const encryption::Salt& salt)
      EXCLUDES(mutex_);

  encryption::KeyRing& keys_;
  const Uuid volume_;

  Mutex mutex_;
  std::shared_ptr<const SealingKey> current_ GUARDED_BY(mutex_);
  std::map<std::pair<uint32_t, encryption::Salt>, std::shared_ptr<const OpeningKey>> known_
      GUARDED_BY(mutex_);
};

}  // namespace borealis::log

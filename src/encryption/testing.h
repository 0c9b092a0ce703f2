// For tests of other rooms: the keys of an encrypted volume.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "encryption/key_ring.h"

namespace borealis::encryption::testing {

inline const std::string kTestMaster(32, 'm');
inline MasterKey TestMaster() { return MasterKeyOf(AsBytes(kTestMaster)); }

inline std::unique_ptr<KeyRing> OpenTestKeys(storage::Backend& backend, const Uuid& volume) {
  auto ring = KeyRing::Open(backend, volume, {"", "echo " + kTestMaster}, SystemClock());
  CHECK_OK(ring);
  return std::move(*ring);
}

inline void StoreKeys(storage::Backend& backend, const KeyTable& table) {
  const auto now = backend.ReadRegister(kKeysRegister);
  CHECK_OK(now);
  CHECK_OK(backend.SwapRegister(kKeysRegister, now->version, EncodeKeyTable(table)));
}

// The register, and the ring of it.
inline std::unique_ptr<KeyRing> MakeTestKeys(storage::Backend& backend, const Uuid& volume) {
  StoreKeys(backend, MakeKeyTable(volume, TestMaster(), 1));
  return OpenTestKeys(backend, volume);
}

inline void BeginDataKey(storage::Backend& backend, const Uuid& volume) {
  auto table = ReadKeyTable(backend, volume);
  CHECK_OK(table);
  CHECK_OK(AddDataKey(*table, TestMaster(), 2));
  StoreKeys(backend, *table);
}

}  // namespace borealis::encryption::testing

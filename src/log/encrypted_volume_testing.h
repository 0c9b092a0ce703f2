// An encrypted volume in memory, for tests: its register "keys", and a ring of them.
#pragma once

#include <memory>

#include "encryption/testing.h"
#include "log/testing.h"
#include "storage/memory/memory_backend.h"

namespace borealis::log::testing {

struct EncryptedVolume {
  EncryptedVolume() : volume(storage::MemoryVolume::Create({})), backend(volume->Attach()) {
    identity.format_version = kEncryptedFormat;
    keys = encryption::testing::MakeTestKeys(*backend, identity.volume);
  }
  std::unique_ptr<encryption::KeyRing> OpenKeys() {
    return encryption::testing::OpenTestKeys(*backend, identity.volume);
  }

  Identity identity = TestIdentity();
  ManualClock clock;
  std::shared_ptr<storage::MemoryVolume> volume;
  std::unique_ptr<storage::MemoryBackend> backend;
  std::unique_ptr<encryption::KeyRing> keys;
};

}  // namespace borealis::log::testing

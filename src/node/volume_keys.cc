#include "node/volume_keys.h"

#include <functional>

#include "encryption/key_ring.h"
#include "log/identity.h"

namespace borealis::node {
namespace {

using encryption::KeySource;
using encryption::KeyTable;
using encryption::MasterKey;

constexpr int kAttemptsMax = 16;

Result<KeyTable> Change(storage::Backend& volume,
                        const std::function<Status(KeyTable&, const MasterKey&)>& change) {
  RETURN_IF_ERROR(LookAtKeys(volume).status());
  const KeySource source = KeySource::FromEnvironment();
  ASSIGN_OR_RETURN(const MasterKey master, encryption::FetchMasterKey(source));
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    ASSIGN_OR_RETURN(const storage::RegisterValue now,
                     volume.ReadRegister(encryption::kKeysRegister));
    ASSIGN_OR_RETURN(KeyTable table, encryption::DecodeKeyTable(now.value));
    RETURN_IF_ERROR(change(table, master).WithContext(source.Describe()));
    const auto swapped = volume.SwapRegister(encryption::kKeysRegister, now.version,
                                             encryption::EncodeKeyTable(table));
    if (swapped.ok()) return table;
    const Code code = swapped.status().code();
    if (code != Code::kConflict && code != Code::kUnknown) return swapped.status();
  }
  return Status(Code::kUnavailable, "the keys keep being changed by others; try again");
}

}  // namespace

Result<KeyTable> LookAtKeys(storage::Backend& volume) {
  ASSIGN_OR_RETURN(const log::Identity identity, log::ReadIdentity(volume));
  if (!identity.encrypted()) {
    return Status(
        Code::kInvalidArgument,
        fmt::format("{} is not encrypted; `borealis restore --encrypt` makes an encrypted "
                    "copy of it",
                    volume.Describe()));
  }
  return encryption::ReadKeyTable(volume, identity.volume);
}

Result<KeyTable> AddMasterKey(storage::Backend& volume, const KeySource& added) {
  ASSIGN_OR_RETURN(const MasterKey other, encryption::FetchMasterKey(added));
  return Change(volume, [&](KeyTable& table, const MasterKey& master) {
    return encryption::AddMaster(table, master, other);
  });
}

Result<KeyTable> RetireOtherMasterKeys(storage::Backend& volume) {
  return Change(volume, [](KeyTable& table, const MasterKey& master) {
    return encryption::KeepOnly(table, master);
  });
}

// A swap of unknown outcome that is tried again may begin two: one is never used.
Result<KeyTable> RenewDataKey(storage::Backend& volume, const Clock& clock) {
  return Change(volume, [&](KeyTable& table, const MasterKey& master) {
    return encryption::AddDataKey(table, master, clock.WallUs());
  });
}

}  // namespace borealis::node

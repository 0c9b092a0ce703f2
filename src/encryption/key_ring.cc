#include "encryption/key_ring.h"

#include <algorithm>

#include "base/log.h"

namespace borealis::encryption {
namespace {

Result<KeyTable> Decode(storage::Backend& backend, const storage::RegisterValue& value,
                        const Uuid& volume) {
  if (value.version == 0) {
    return Status(Code::kNotFound, fmt::format("{} is not encrypted", backend.Describe()));
  }
  Result<KeyTable> table = DecodeKeyTable(value.value);
  if (!table.ok()) return table.status().WithContext(backend.Describe());
  if (table->volume == volume) return table;
  return Status(Code::kCorruption, fmt::format("{}: the register \"keys\" is that of volume {}",
                                               backend.Describe(), table->volume.ToString()));
}

}  // namespace

Result<KeyTable> ReadKeyTable(storage::Backend& backend, const Uuid& volume) {
  ASSIGN_OR_RETURN(const storage::RegisterValue value, backend.ReadRegister(kKeysRegister));
  return Decode(backend, value, volume);
}

Result<std::unique_ptr<KeyRing>> KeyRing::Open(storage::Backend& backend, const Uuid& volume,
                                               const KeySource& source, const Clock& clock) {
  std::unique_ptr<KeyRing> ring(new KeyRing(backend, volume, source, clock));
  MutexLock lock(ring->mutex_);
  RETURN_IF_ERROR(ring->Load());
  return ring;
}

DataKey KeyRing::Newest() {
  MutexLock lock(mutex_);
  return keys_.back();
}

Result<Secret> KeyRing::Find(uint32_t number) {
  MutexLock lock(mutex_);
  for (int attempt = 0; attempt < 2; ++attempt) {
    const auto found = std::ranges::find(keys_, number, &DataKey::number);
    if (found != keys_.end()) return found->key;
    if (attempt == 0) RETURN_IF_ERROR(Load());
  }
  return Status(Code::kNotFound, fmt::format("{} has no data key {}", backend_.Describe(), number));
}

Status KeyRing::Refresh() {
  MutexLock lock(mutex_);
  return Load();
}

Status KeyRing::Load() {
  const int64_t now_ns = clock_.MonotonicNs();
  if (!failed_.ok() && now_ns - failed_ns_ < kPauseNs) return failed_;
  failed_ = TryLoad();
  failed_ns_ = now_ns;
  if (!failed_.ok() && !keys_.empty()) LogWarning("{}", failed_.message());
  return failed_;
}

Status KeyRing::TryLoad() {
  ASSIGN_OR_RETURN(const storage::RegisterValue value, backend_.ReadRegister(kKeysRegister));
  if (value.version != 0 && value.version == version_) return Status::Ok();
  ASSIGN_OR_RETURN(const KeyTable table, Decode(backend_, value, volume_));
  RETURN_IF_ERROR(FetchFor(table));
  std::vector<DataKey> keys;
  for (const WrappedKey& wrapped : table.keys) {
    ASSIGN_OR_RETURN(Secret key, UnwrapKey(table, wrapped, master_));
    keys.push_back({wrapped.number, key});
  }
  keys_ = std::move(keys);
  version_ = value.version;
  return Status::Ok();
}

Status KeyRing::FetchFor(const KeyTable& table) {
  const uint64_t held = master_.fingerprint;
  const bool opens = std::ranges::find(table.masters, held) != table.masters.end();
  if (fetched_ && opens) return Status::Ok();
  const auto fetched = FetchMasterKey(source_);
  if (!fetched.ok()) {
    return fetched.status().WithContext(
        fmt::format("{} is encrypted and its key can't be had", backend_.Describe()));
  }
  const auto known = UnwrapKey(table, table.keys.front(), *fetched);
  if (!known.ok()) {
    return known.status().WithContext(
        fmt::format("{} is encrypted; {}", backend_.Describe(), source_.Describe()));
  }
  master_ = *fetched;
  fetched_ = true;
  return Status::Ok();
}

}  // namespace borealis::encryption

// RegisterStore: small values changed by compare-and-swap, one file each.
//
//   file = magic u32 "breg" | format u32 = 1 | version u64 | length u32 | value | Hash64 u64 of all
//          before it, seeded with Hash64(name)
//
// A swap writes a temporary file, syncs it, renames it into place and syncs the directory, all
// under SharedState::register_mutex; readers take the mutex too, so that nobody acts on a value
// that a power failure would take back.
//
// Versions count the changes of all registers together and are never used twice: a deletion, which
// might take the highest with it, first stores it in ".highest" (the same format, no value).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storage/backend.h"
#include "storage/local/file_ops.h"
#include "storage/local/hang_watch.h"
#include "storage/local/reserve.h"
#include "storage/local/shared_state.h"

namespace borealis::storage::local {

Bytes EncodeRegister(std::string_view name, uint64_t version, ByteView value);
// kCorruption for anything that EncodeRegister did not make for this name.
Result<RegisterValue> DecodeRegister(std::string_view name, ByteView file);

// Without the mutex: for inspection from outside. Version 0 when absent.
Result<RegisterValue> ReadRegisterFile(int directory, std::string_view name,
                                       const std::string& volume);
Result<std::vector<std::string>> ListValueFiles(int directory, std::string_view prefix);

class RegisterStore {
 public:
  // `directory` is the volume's registers/; all outlive it. `volume` is for messages.
  RegisterStore(int directory, Reserve& reserve, SharedState& state, HangWatch& watch,
                const LocalOptions& options);

  // Sets the highest version in use; sweeps unfinished files. REQUIRES: nobody else attached.
  Status Init();

  Result<RegisterValue> Read(std::string_view name);
  Result<uint64_t> Swap(std::string_view name, uint64_t expected, ByteView value);
  Status Delete(std::string_view name, uint64_t expected);
  Result<std::vector<std::string>> List(std::string_view prefix) const;

 private:
  // Makes durable what an earlier holder renamed and did not sync.
  Status Settle(const WatchedLock& lock);
  Status CheckVersion(std::string_view name, uint64_t expected);
  // Puts a file in place: temporary, sync, rename. The directory is not synced yet.
  Status Replace(const std::string& file_name, ByteView file);
  // After the change became visible: kUnknown when it cannot be synced.
  Status SyncDirectory(std::string_view name);

  const int directory_;
  Reserve& reserve_;
  SharedState& state_;
  HangWatch& watch_;
  const LocalOptions& options_;
  FileOps& ops_;
};

}  // namespace borealis::storage::local

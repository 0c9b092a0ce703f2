#include "storage/local/register_store.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/codec.h"
#include "storage/local/sync_points.h"
#include "storage/local/volume_layout.h"
#include "storage/names.h"

namespace borealis::storage::local {
namespace {

constexpr uint32_t kMagic = 0x67657262;  // "breg"
constexpr uint32_t kFormat = 1;
constexpr size_t kOverheadBytes = 4 + 4 + 8 + 4 + 8;
constexpr char kTemporary[] = ".tmp-register";  // one: its writer holds the mutex
constexpr char kHighest[] = ".highest";
constexpr char kSection[] = "registers";

uint64_t SeedOf(std::string_view name) { return Hash64(AsBytes(name), kMagic); }

}  // namespace

Bytes EncodeRegister(std::string_view name, uint64_t version, ByteView value) {
  Bytes file;
  file.reserve(kOverheadBytes + value.size());
  Encoder out(file);
  out.Int(kMagic);
  out.Int(kFormat);
  out.Int(version);
  out.Blob(value);
  out.Int(Hash64(file, SeedOf(name)));
  return file;
}

Result<RegisterValue> DecodeRegister(std::string_view name, ByteView file) {
  Decoder in(file);
  RegisterValue result;
  const auto magic = in.Int<uint32_t>();
  const auto format = in.Int<uint32_t>();
  result.version = in.Int<uint64_t>();
  const ByteView value = in.Blob();
  const size_t hashed = file.size() - in.remaining();
  const auto hash = in.Int<uint64_t>();
  if (in.ok() && magic == kMagic && format > kFormat) {
    return Status(Code::kUnsupported,
                  fmt::format("register {}: format {} is newer than this program", name, format));
  }
  if (!in.done() || magic != kMagic || format != kFormat || result.version == 0 ||
      hash != Hash64(file.first(hashed), SeedOf(name))) {
    return Status(Code::kCorruption, fmt::format("register {}: torn or foreign file", name));
  }
  result.value.assign(value.begin(), value.end());
  return result;
}

Result<RegisterValue> ReadRegisterFile(int directory, std::string_view name,
                                       const std::string& volume) {
  RETURN_IF_ERROR(CheckRegisterName(name));
  const std::string file_name = FileNameOf(name);
  const Result<Bytes> file =
      ReadFile(directory, file_name, Backend::kRegisterBytesMax + kOverheadBytes);
  if (!file.ok() && file.status().code() == Code::kNotFound) return RegisterValue{};
  const std::string path = fmt::format("{}/registers/{}", volume, file_name);
  if (!file.ok()) return file.status().WithContext(path);
  Result<RegisterValue> value = DecodeRegister(name, *file);
  if (!value.ok()) return value.status().WithContext(path);
  return value;
}

Result<std::vector<std::string>> ListValueFiles(int directory, std::string_view prefix) {
  ASSIGN_OR_RETURN(const std::vector<std::string> files, ListDirectory(directory));
  std::vector<std::string> names;
  for (const std::string& file : files) {
    if (IsInternalName(file)) continue;
    std::string name = NameOfFile(file);
    if (name.starts_with(prefix)) names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  return names;
}

RegisterStore::RegisterStore(int directory, Reserve& reserve, SharedState& state, HangWatch& watch,
                             const LocalOptions& options)
    : directory_(directory),
      reserve_(reserve),
      state_(state),
      watch_(watch),
      options_(options),
      ops_(options.file_ops != nullptr ? *options.file_ops : PosixFileOps()) {}

Status RegisterStore::Init() {
  RETURN_IF_ERROR(ToStatus(SweepPrefix(directory_, kTemporary)));
  ASSIGN_OR_RETURN(const std::vector<std::string> names, List(""));
  uint64_t highest = 0;
  const Result<Bytes> stored = ReadFile(directory_, kHighest, kOverheadBytes);
  if (stored.ok()) {
    const Result<RegisterValue> value = DecodeRegister(kHighest, *stored);
    if (!value.ok()) return value.status().WithContext(watch_.what() + "/registers");
    highest = value->version;
  } else if (stored.status().code() != Code::kNotFound) {
    return stored.status().WithContext(watch_.what() + "/registers");
  }
  for (const std::string& name : names) {
    const Result<RegisterValue> value = ReadRegisterFile(directory_, name, watch_.what());
    if (value.ok()) highest = std::max(highest, value->version);  // else: told when it is read
  }
  state_.register_version = highest;
  state_.registers_unsynced = 1;  // a rename of the process that died last may not be durable
  return Status::Ok();
}

Status RegisterStore::Settle(const WatchedLock& lock) {
  if (lock.previous_holder_died()) state_.registers_unsynced = 1;
  if (state_.registers_unsynced.load() == 0) return Status::Ok();
  if (ops_.Fsync(directory_) != 0) return ErrnoStatus(errno, watch_.what() + "/registers: sync");
  state_.registers_unsynced = 0;
  return Status::Ok();
}

Result<RegisterValue> RegisterStore::Read(std::string_view name) {
  WatchedLock lock(state_.register_mutex, watch_, kSection);
  RETURN_IF_ERROR(Settle(lock));
  return ReadRegisterFile(directory_, name, watch_.what());
}

Status RegisterStore::CheckVersion(std::string_view name, uint64_t expected) {
  ASSIGN_OR_RETURN(const RegisterValue current, ReadRegisterFile(directory_, name, watch_.what()));
  if (current.version == expected) return Status::Ok();
  return {Code::kConflict,
          fmt::format("register {}: version {}, expected {}", name, current.version, expected)};
}

Status RegisterStore::Replace(const std::string& file_name, ByteView file) {
  const auto replace = [&]() -> Status {
    ASSIGN_OR_RETURN(const UniqueFd fd,
                     OpenFile(directory_, kTemporary, O_WRONLY | O_CREAT | O_TRUNC));
    RETURN_IF_ERROR(WriteAll(ops_, fd.get(), file, 0));
    if (ops_.Fsync(fd.get()) != 0) return ErrnoStatus(errno, "sync");
    state_.registers_unsynced = 1;
    if (ops_.Rename(directory_, kTemporary, file_name.c_str(), 0) == 0) return Status::Ok();
    return ErrnoStatus(errno, "rename");
  };
  Status status = replace();
  while (options_.use_reserve && status.code() == Code::kNoSpace && reserve_.GiveUpPiece()) {
    status = replace();
  }
  if (!status.ok()) (void)RemoveFile(directory_, kTemporary);
  return status;
}

Status RegisterStore::SyncDirectory(std::string_view name) {
  if (ops_.Fsync(directory_) == 0) {
    state_.registers_unsynced = 0;
    return Status::Ok();
  }
  return {Code::kUnknown,
          ErrnoStatus(errno, fmt::format("register {}: sync of the directory", name)).message()};
}

Result<uint64_t> RegisterStore::Swap(std::string_view name, uint64_t expected, ByteView value) {
  RETURN_IF_ERROR(CheckRegisterName(name));
  RETURN_IF_ERROR(CheckRegisterValue(name, value));
  WatchedLock lock(state_.register_mutex, watch_, kSection);
  Reach(options_.sync_points, SyncPoint::kRegisterLocked);
  RETURN_IF_ERROR(Settle(lock));
  RETURN_IF_ERROR(CheckVersion(name, expected));
  const uint64_t version = state_.register_version.fetch_add(1) + 1;
  const Status replaced = Replace(FileNameOf(name), EncodeRegister(name, version, value));
  if (!replaced.ok()) return replaced.WithContext(fmt::format("register {}", name));
  lock.Progress();
  Reach(options_.sync_points, SyncPoint::kRegisterRenamed);
  RETURN_IF_ERROR(SyncDirectory(name));
  return version;
}

Status RegisterStore::Delete(std::string_view name, uint64_t expected) {
  RETURN_IF_ERROR(CheckRegisterName(name));
  WatchedLock lock(state_.register_mutex, watch_, kSection);
  RETURN_IF_ERROR(Settle(lock));
  RETURN_IF_ERROR(CheckVersion(name, expected));
  if (expected == 0) return Status::Ok();
  const Status stored =
      Replace(kHighest, EncodeRegister(kHighest, state_.register_version.load(), {}));
  if (!stored.ok()) return stored.WithContext(fmt::format("register {}", name));
  RETURN_IF_ERROR(Settle(lock));
  lock.Progress();
  state_.registers_unsynced = 1;
  RETURN_IF_ERROR(RemoveFile(directory_, FileNameOf(name)));
  return SyncDirectory(name);
}

Result<std::vector<std::string>> RegisterStore::List(std::string_view prefix) const {
  return ListValueFiles(directory_, prefix);
}

}  // namespace borealis::storage::local

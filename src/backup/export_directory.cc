#include "backup/export_directory.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

namespace borealis::backup {
namespace {

using snapshot::ErrnoStatus;
using snapshot::UniqueFd;

constexpr char kLockFile[] = ".lock";
constexpr std::string_view kUnfinished = ".new";

bool IsOurs(std::string_view name) {
  if (name == kLockFile) return true;
  if (name.ends_with(kUnfinished)) name.remove_suffix(kUnfinished.size());
  return IsExportFile(name);
}

Status Busy(const std::string& path) {
  return {Code::kConflict, fmt::format("another export or import works on {} now", path)};
}

Status Damaged(const std::string& path, std::string_view what) {
  return {Code::kCorruption,
          fmt::format("{} {}; the export is damaged: use another copy of it, or export again into "
                      "a new directory",
                      path, what)};
}

}  // namespace

Result<ExportDirectory> ExportDirectory::OpenForWriting(const std::string& path) {
  const bool existed = snapshot::PathExists(path);
  RETURN_IF_ERROR(snapshot::MakeDirectory(path));
  if (!existed) RETURN_IF_ERROR(snapshot::SyncDirectory(snapshot::ParentOf(path)));
  ASSIGN_OR_RETURN(const auto names, snapshot::ListDirectory(path));
  const auto foreign =
      std::ranges::find_if(names, [](const std::string& name) { return !IsOurs(name); });
  if (foreign != names.end()) {
    return Status(
        Code::kAlreadyExists,
        fmt::format("{} holds other files (\"{}\"); give a new or empty directory, or one "
                    "of an earlier export",
                    path, *foreign));
  }
  auto lock = snapshot::LockFile(path + "/" + kLockFile, snapshot::LockMode::kTry);
  if (lock.status().code() == Code::kAlreadyExists) return Busy(path);
  RETURN_IF_ERROR(lock.status());
  return ExportDirectory(path, std::move(*lock));
}

Result<ExportDirectory> ExportDirectory::OpenForReading(const std::string& path) {
  if (!snapshot::PathExists(path + "/" + kExportManifestFile)) {
    return Status(
        Code::kNotFound,
        fmt::format("{} holds no complete export (there is no {} in it); `borealis volume "
                    "export` makes one",
                    path, kExportManifestFile));
  }
  const std::string lock_path = path + "/" + kLockFile;
  UniqueFd lock(open(lock_path.c_str(), O_RDONLY | O_CLOEXEC));
  // A copy of an export need not have one.
  if (lock.valid() && flock(lock.get(), LOCK_SH | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return Busy(path);
    lock.Reset();
  }
  return ExportDirectory(path, std::move(lock));
}

Result<std::optional<ExportManifest>> ExportDirectory::ReadManifest() const {
  const std::string path = PathOf(kExportManifestFile);
  const auto bytes = snapshot::ReadFile(path, kExportManifestBytesMax);
  if (bytes.status().code() == Code::kNotFound) return std::optional<ExportManifest>();
  RETURN_IF_ERROR(bytes.status());
  auto manifest = DecodeExportManifest(*bytes);
  if (manifest.status().code() == Code::kCorruption) {
    return Damaged(path, fmt::format("can't be read ({})", manifest.status().message()));
  }
  if (!manifest.ok()) return manifest.status().WithContext(path);
  return std::optional(std::move(*manifest));
}

bool ExportDirectory::IsThere(const ExportedFile& file) const {
  struct stat info {};
  return stat(PathOf(file.name).c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
         static_cast<uint64_t>(info.st_size) == file.bytes;
}

ExportDirectory::File::~File() {
  if (fd_.valid()) unlink((path_ + std::string(kUnfinished)).c_str());
}

Status ExportDirectory::File::Write(ByteView bytes) {
  hash_.Update(bytes);
  bytes_ += bytes.size();
  return snapshot::WriteAll(fd_.get(), bytes, path_);
}

Status ExportDirectory::File::Finish() {
  if (fsync(fd_.get()) != 0) return ErrnoStatus(errno, "sync", path_);
  // A network file system may tell of a full disk only now.
  if (close(fd_.Release()) != 0) return ErrnoStatus(errno, "close", path_);
  const std::string unfinished = path_ + std::string(kUnfinished);
  if (rename(unfinished.c_str(), path_.c_str()) == 0) return Status::Ok();
  const int error = errno;
  unlink(unfinished.c_str());
  return ErrnoStatus(error, "rename", unfinished);
}

Result<std::unique_ptr<ExportDirectory::File>> ExportDirectory::Create(
    const std::string& name) const {
  const std::string path = PathOf(name);
  UniqueFd fd(open((path + std::string(kUnfinished)).c_str(),
                   O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!fd.valid()) return ErrnoStatus(errno, "create", path);
  return std::unique_ptr<File>(new File(path, std::move(fd)));  // NOLINT: private constructor
}

Status ExportDirectory::WriteManifest(const ExportManifest& manifest) const {
  RETURN_IF_ERROR(snapshot::SyncDirectory(path_));  // the names of what it names
  return snapshot::WriteFileAtomically(PathOf(kExportManifestFile), EncodeExportManifest(manifest),
                                       snapshot::Durability::kDurable);
}

Status ExportDirectory::Sweep(const ExportManifest& manifest) const {
  const std::vector<ExportedFile> files = FilesOf(manifest);
  ASSIGN_OR_RETURN(const auto names, snapshot::ListDirectory(path_));
  for (const std::string& name : names) {
    const bool needed =
        name == kLockFile || name == kExportManifestFile ||
        std::ranges::any_of(files, [&](const ExportedFile& file) { return file.name == name; });
    if (needed || !IsOurs(name)) continue;
    if (unlink(PathOf(name).c_str()) != 0) return ErrnoStatus(errno, "remove", PathOf(name));
  }
  return Status::Ok();
}

Status ExportDirectory::Read(const ExportedFile& file,
                             const std::function<Status(ByteView)>& take) const {
  const std::string path = PathOf(file.name);
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) {
    return errno == ENOENT ? Damaged(path, "is missing") : ErrnoStatus(errno, "open", path);
  }
  snapshot::StreamHash hash;
  Bytes buffer(kCopyBytes);
  uint64_t total = 0;
  while (true) {
    const ssize_t n = read(fd.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoStatus(errno, "read", path);
    if (n == 0) break;
    const ByteView bytes(buffer.data(), static_cast<size_t>(n));
    total += bytes.size();
    if (total > file.bytes) return Damaged(path, fmt::format("has more than {} bytes", file.bytes));
    hash.Update(bytes);
    RETURN_IF_ERROR(take(bytes));
  }
  if (total != file.bytes) {
    return Damaged(path, fmt::format("has {} bytes and not {}", total, file.bytes));
  }
  if (hash.Digest() != file.hash) return Damaged(path, "has other bytes than were exported");
  return Status::Ok();
}

}  // namespace borealis::backup

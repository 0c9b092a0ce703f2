#include "storage/local/volume_layout.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>

#include "storage/local/fs_probe.h"

namespace borealis::storage::local {
namespace {

constexpr char kLayoutFile[] = "layout";
constexpr std::string_view kLayoutPrefix = "borealis volume layout ";
constexpr size_t kLayoutBytesMax = 64;
constexpr std::array<const char*, 4> kSubdirectories = {"segments", "registers", "blobs", "hints"};

Status CheckAbsolute(const std::string& path) {
  if (path.starts_with('/')) return Status::Ok();
  return {Code::kInvalidArgument,
          fmt::format("{}: a volume needs an absolute path, as in /var/lib/borealis/volume", path)};
}

std::string ParentOf(const std::string& path) {
  const size_t end = path.find_last_not_of('/');
  const size_t slash = path.rfind('/', end == std::string::npos ? 0 : end);
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

// Only what a crashed earlier creation left may be there.
Status CheckVacant(const std::string& path, int root) {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ListDirectory(root));
  for (const std::string& name : names) {
    const bool subdirectory =
        std::find(kSubdirectories.begin(), kSubdirectories.end(), name) != kSubdirectories.end();
    bool ours = name == "lock" || name.starts_with(".probe-");
    if (subdirectory) {
      ASSIGN_OR_RETURN(const UniqueFd inner, OpenDirectory(root, name));
      ASSIGN_OR_RETURN(const std::vector<std::string> content, ListDirectory(inner.get()));
      ours = content.empty();
    }
    if (!ours) {
      return {Code::kAlreadyExists,
              fmt::format("{}: not empty (it holds \"{}\"); give an empty or new directory", path,
                          name)};
    }
  }
  return Status::Ok();
}

Status MakeParts(int root, FileOps& ops) {
  if (::fchmod(root, 0700) != 0) return ErrnoStatus(errno, "set mode 0700");
  for (const char* name : kSubdirectories) {
    if (::mkdirat(root, name, 0700) != 0 && errno != EEXIST) return ErrnoStatus(errno, name);
  }
  { ASSIGN_OR_RETURN(const UniqueFd lock, OpenFile(root, "lock", O_RDWR | O_CREAT)); }
  if (ops.Fsync(root) != 0) return ErrnoStatus(errno, "sync directory");
  ASSIGN_OR_RETURN(const UniqueFd layout, OpenFile(root, kLayoutFile, O_RDWR | O_CREAT | O_EXCL));
  RETURN_IF_ERROR(WriteAll(ops, layout.get(),
                           AsBytes(fmt::format("{}{}\n", kLayoutPrefix, kLayoutVersion)), 0));
  if (ops.Fsync(layout.get()) != 0 || ops.Fsync(root) != 0) return ErrnoStatus(errno, "sync");
  return Status::Ok();
}

Status CheckLayoutVersion(const std::string& path, int root) {
  const Result<Bytes> text = ReadFile(root, kLayoutFile, kLayoutBytesMax);
  if (!text.ok() && text.status().code() == Code::kNotFound) {
    return {Code::kNotFound,
            fmt::format("{}: not a volume; make one with: borealis volume create {}", path, path)};
  }
  if (!text.ok()) return text.status().WithContext(path);
  const std::string_view content = AsText(*text);
  if (!content.starts_with(kLayoutPrefix)) {
    return {Code::kCorruption, fmt::format("{}/layout: not written by this program", path)};
  }
  const int version = std::atoi(std::string(content.substr(kLayoutPrefix.size())).c_str());
  if (version == kLayoutVersion) return Status::Ok();
  return {Code::kUnsupported,
          fmt::format("{}: volume layout {} is not known here (this program knows {}); use the "
                      "version that made it, or a newer one",
                      path, version, kLayoutVersion)};
}

Status CheckOwnerAndMode(const std::string& path, int root) {
  struct stat info {};
  if (::fstat(root, &info) != 0) return ErrnoStatus(errno, path);
  if (info.st_uid != ::geteuid()) {
    return {Code::kInvalidArgument,
            fmt::format("{}: belongs to user {}, this process runs as {}; run all servers of a "
                        "volume as its owner",
                        path, info.st_uid, ::geteuid())};
  }
  if ((info.st_mode & 077) != 0) {
    return {Code::kInvalidArgument,
            fmt::format("{}: open to other users (mode {:o}); run: chmod 700 {}", path,
                        info.st_mode & 0777, path)};
  }
  return Status::Ok();
}

}  // namespace

Status CreateVolumeDirectory(const std::string& path, FileOps& ops) {
  RETURN_IF_ERROR(CheckAbsolute(path));
  if (IsVolumeDirectory(path)) {
    return {Code::kAlreadyExists, fmt::format("{}: is a volume already", path)};
  }
  const bool made = ::mkdir(path.c_str(), 0700) == 0;
  if (!made && errno != EEXIST) return ErrnoStatus(errno, "make directory " + path);
  const auto build = [&]() -> Status {
    ASSIGN_OR_RETURN(const UniqueFd root, OpenDirectory(AT_FDCWD, path));
    RETURN_IF_ERROR(CheckVacant(path, root.get()));
    RETURN_IF_ERROR(ProbeFileSystem(path, root.get()));
    RETURN_IF_ERROR(MakeParts(root.get(), ops).WithContext(path));
    ASSIGN_OR_RETURN(const UniqueFd parent, OpenDirectory(AT_FDCWD, ParentOf(path)));
    if (ops.Fsync(parent.get()) != 0) return ErrnoStatus(errno, "sync " + ParentOf(path));
    return Status::Ok();
  };
  Status status = build();
  if (!status.ok() && made) ::rmdir(path.c_str());  // stays when something is in it
  return status;
}

Result<VolumeDirectory> OpenVolumeDirectory(const std::string& path, Access access) {
  RETURN_IF_ERROR(CheckAbsolute(path));
  VolumeDirectory volume;
  volume.path = path;
  ASSIGN_OR_RETURN(volume.root, OpenDirectory(AT_FDCWD, path));
  RETURN_IF_ERROR(CheckLayoutVersion(path, volume.root.get()));
  if (access == Access::kAttach) RETURN_IF_ERROR(CheckOwnerAndMode(path, volume.root.get()));
  ASSIGN_OR_RETURN(volume.segments, OpenDirectory(volume.root.get(), "segments"));
  ASSIGN_OR_RETURN(volume.registers, OpenDirectory(volume.root.get(), "registers"));
  ASSIGN_OR_RETURN(volume.blobs, OpenDirectory(volume.root.get(), "blobs"));
  ASSIGN_OR_RETURN(volume.hints, OpenDirectory(volume.root.get(), "hints"));
  return volume;
}

bool IsVolumeDirectory(const std::string& path) {
  return ::access((path + "/" + kLayoutFile).c_str(), F_OK) == 0;
}

std::string FileNameOf(std::string_view name) {
  return name.starts_with('.') ? "%2e" + std::string(name.substr(1)) : std::string(name);
}

std::string NameOfFile(std::string_view file_name) {
  constexpr std::string_view kEscape = "%2e";
  if (!file_name.starts_with(kEscape)) return std::string(file_name);
  return "." + std::string(file_name.substr(kEscape.size()));
}

Result<size_t> SweepPrefix(int directory, std::string_view prefix) {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ListDirectory(directory));
  size_t removed = 0;
  for (const std::string& name : names) {
    if (!name.starts_with(prefix)) continue;
    RETURN_IF_ERROR(RemoveFile(directory, name));
    ++removed;
  }
  return removed;
}

}  // namespace borealis::storage::local

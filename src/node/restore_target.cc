#include "node/restore_target.h"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>

#include "node/agent_setup.h"
#include "node/replica.h"
#include "snapshot/files.h"
#include "storage/local/local_backend.h"

namespace borealis::node {
namespace {

using snapshot::ErrnoStatus;

constexpr char kDecisive[] = "layout";  // what makes a directory a volume
constexpr char kAlmost[] = ".layout";   // it, before it does
constexpr std::array kMoved = {"segments", "registers", "blobs", "hints", "lock", "shm", kAlmost};

bool IsMoved(const std::string& name) {
  return std::ranges::any_of(kMoved, [&](const char* moved) { return name == moved; });
}

Status Move(const std::string& from, const std::string& to) {
  return rename(from.c_str(), to.c_str()) == 0 ? Status::Ok() : ErrnoStatus(errno, "rename", from);
}

}  // namespace

NodeLayout RestoringLayout(const std::string& directory) {
  return {directory + "/" + kRestoringDirectory};
}

std::string RestoringVolume(const std::string& directory) {
  return RestoringLayout(directory).root + "/volume";
}

Status CheckRestoreTarget(const std::string& directory) {
  if (storage::LocalBackend::IsVolume(directory)) {
    return {Code::kAlreadyExists,
            fmt::format("{} is a volume; give a new or empty directory", directory)};
  }
  const auto names = snapshot::ListDirectory(directory);
  if (names.status().code() == Code::kNotFound) return Status::Ok();
  RETURN_IF_ERROR(names.status());
  const bool interrupted = std::ranges::any_of(*names, [](const std::string& name) {
    return name == kRestoringDirectory || name == kAlmost;
  });
  for (const std::string& name : *names) {
    if (interrupted && (name == kRestoringDirectory || IsMoved(name))) continue;
    return {Code::kAlreadyExists, fmt::format("{} is not empty (it holds \"{}\"); give a new or "
                                              "empty directory",
                                              directory, name)};
  }
  return Status::Ok();
}

Status ClearRestoreTarget(const std::string& directory) {
  // Without it nothing here can become a volume any more; a restore that got ahead of us has.
  RETURN_IF_ERROR(snapshot::RemoveTree(directory + "/" + kAlmost));
  RETURN_IF_ERROR(CheckRestoreTarget(directory));
  for (const char* name : kMoved) RETURN_IF_ERROR(snapshot::RemoveTree(directory + "/" + name));
  const NodeLayout layout = RestoringLayout(directory);
  ASSIGN_OR_RETURN(const auto names, snapshot::ListDirectory(layout.root));
  for (const std::string& name : names) {
    const std::string path = layout.root + "/" + name;
    if (path != layout.lock()) RETURN_IF_ERROR(snapshot::RemoveTree(path));
  }
  return Status::Ok();
}

Result<snapshot::UniqueFd> ClaimRestoreTarget(const std::string& directory) {
  auto lock = LockNode(RestoringLayout(directory));
  if (lock.status().code() == Code::kAlreadyExists) {
    return Status(Code::kConflict,
                  fmt::format("another restore or import into {} is under way", directory));
  }
  RETURN_IF_ERROR(lock.status());
  RETURN_IF_ERROR(EndLeftoverReplica(RestoringLayout(directory)));
  RETURN_IF_ERROR(ClearRestoreTarget(directory));
  return lock;
}

Status ShowRestoredVolume(const std::string& directory) {
  const std::string volume = RestoringVolume(directory);
  ASSIGN_OR_RETURN(const auto names, snapshot::ListDirectory(volume));
  for (const std::string& name : names) {
    if (name == kDecisive) continue;
    if (!IsMoved(name)) {
      return {Code::kInternal, fmt::format("{}/{} is no part of a volume", volume, name)};
    }
    RETURN_IF_ERROR(
        Move(fmt::format("{}/{}", volume, name), fmt::format("{}/{}", directory, name)));
  }
  if (chmod(directory.c_str(), 0700) != 0) return ErrnoStatus(errno, "set mode of", directory);
  // Nothing of the restore is left when it becomes a volume.
  RETURN_IF_ERROR(Move(volume + "/" + kDecisive, directory + "/" + kAlmost));
  RETURN_IF_ERROR(snapshot::RemoveTree(RestoringLayout(directory).root));
  RETURN_IF_ERROR(snapshot::SyncDirectory(directory));
  RETURN_IF_ERROR(Move(directory + "/" + kAlmost, directory + "/" + kDecisive));
  RETURN_IF_ERROR(snapshot::SyncDirectory(directory));
  return snapshot::SyncDirectory(snapshot::ParentOf(directory));
}

void AbandonRestoreTarget(const std::string& directory) {
  // Ok unless it was made visible before it failed, or is another's.
  (void)ClearRestoreTarget(directory);
  (void)snapshot::RemoveTree(RestoringLayout(directory).root);
  (void)rmdir(directory.c_str());
}

}  // namespace borealis::node

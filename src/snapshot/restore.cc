#include "snapshot/restore.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <string_view>

#include "base/background.h"
#include "base/log.h"
#include "snapshot/checkpoint_store.h"
#include "snapshot/files.h"
#include "snapshot/publish.h"
#include "snapshot/sealed_stream.h"
#include "snapshot/stream.h"
#include "snapshot/tree.h"

namespace borealis::snapshot {
namespace {

Status RequireEmpty(const std::string& datadir) {
  const auto names = ListDirectory(datadir);
  if (names.status().code() == Code::kNotFound) return Status::Ok();
  RETURN_IF_ERROR(names.status());
  if (names->empty()) return Status::Ok();
  return {Code::kAlreadyExists,
          fmt::format("{} is not empty ({}, ...): nothing is restored over it", datadir,
                      names->front())};
}

Status Unpack(storage::Backend& backend, const Manifest& manifest, encryption::KeyRing* keys,
              const std::string& root, const std::atomic<bool>* cancel) {
  ASSIGN_OR_RETURN(const auto blob, backend.OpenBlob(DataBlobName(manifest.seqno)));
  BlobSource source(*blob);
  ASSIGN_OR_RETURN(const auto opened, OpenData(source, manifest, keys));
  ZstdSource decompressed(opened ? *opened : static_cast<ByteSource&>(source));
  ArchiveReader archive(decompressed);
  RETURN_IF_ERROR(UnpackTree(archive, root, cancel).status());
  if (source.bytes() != manifest.stream_bytes || source.hash() != manifest.stream_hash) {
    return {Code::kCorruption, "the data is not what the manifest describes"};
  }
  return Status::Ok();
}

Status FillAndMove(storage::Backend& backend, const Manifest& manifest, encryption::KeyRing* keys,
                   const std::string& temporary, const std::string& datadir,
                   const std::string& node_name, uint32_t skips, const std::atomic<bool>* cancel) {
  RETURN_IF_ERROR(MakeDirectory(temporary));
  RETURN_IF_ERROR(Unpack(backend, manifest, keys, temporary, cancel));
  CacheState state;
  state.volume = manifest.volume;
  state.node = node_name;
  state.restored = manifest.seqno;
  state.skips = skips;
  RETURN_IF_ERROR(WriteCacheState(temporary, state, Durability::kDurable));
  if (rename(temporary.c_str(), datadir.c_str()) != 0) {
    return ErrnoStatus(errno, "rename to", datadir);
  }
  return SyncDirectory(ParentOf(datadir));
}

constexpr std::string_view kScratch = "#borealis-restored";

bool IsDirectory(const std::string& path) {
  struct stat info {};
  return lstat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

// The mark that an interrupted attempt leaves behind.
Status MarkReplaced(const Manifest& manifest, const std::string& datadir,
                    const std::string& node_name) {
  CacheState state;
  state.volume = manifest.volume;
  state.node = node_name;
  state.condition = CacheCondition::kInconsistent;
  state.reason = "it was being replaced by a snapshot";
  return WriteCacheState(datadir, state, Durability::kDurable);
}

Status RemoveDatabaseState(const std::string& datadir) {
  ASSIGN_OR_RETURN(const auto names, ListDirectory(datadir));
  for (const std::string& name : names) {
    const std::string path = datadir + "/" + name;
    const bool is_directory = IsDirectory(path);
    if (name.starts_with(kScratch) || !IsDatabaseState(name, is_directory)) continue;
    if (is_directory) {
      RETURN_IF_ERROR(RemoveTree(path));
    } else if (unlink(path.c_str()) != 0) {
      return ErrnoStatus(errno, "remove", path);
    }
  }
  return Status::Ok();
}

// The mark last: it says that all is there.
Status MoveUp(const std::string& scratch, const std::string& datadir) {
  ASSIGN_OR_RETURN(auto names, ListDirectory(scratch));
  std::stable_partition(names.begin(), names.end(),
                        [](const std::string& name) { return name != kCacheStateFile; });
  for (const std::string& name : names) {
    if (name == kCacheStateFile) RETURN_IF_ERROR(SyncDirectory(datadir));
    const std::string to = datadir + "/" + name;
    if (rename((scratch + "/" + name).c_str(), to.c_str()) != 0) {
      return ErrnoStatus(errno, "rename to", to);
    }
  }
  RETURN_IF_ERROR(SyncDirectory(datadir));
  return RemoveTree(scratch);
}

}  // namespace

Result<Seqno> RestoreNewestUsable(const std::vector<Seqno>& snapshots, Seqno oldest,
                                  const std::function<Status(Seqno)>& restore) {
  Status first;
  for (auto seqno = snapshots.rbegin(); seqno != snapshots.rend() && *seqno >= oldest; ++seqno) {
    const Status status = restore(*seqno);
    if (status.ok()) return *seqno;
    if (first.ok()) first = status;
    const bool fault_of_snapshot = status.code() == Code::kCorruption ||
                                   status.code() == Code::kNotFound ||
                                   status.code() == Code::kUnsupported;
    if (!fault_of_snapshot) return status;
    LogWarning("snapshot {} can't be used, trying the one before: {}", *seqno, status.message());
  }
  if (!first.ok()) return first;
  return Status(
      Code::kNotFound,
      fmt::format("the volume has no snapshot that its log reaches back to ({})", oldest));
}

bool IsDatabaseState(const std::string& name, bool is_directory) {
  if (name.starts_with('.') || name == "lost+found") return false;
  if (is_directory) return true;
  constexpr std::array<std::string_view, 9> kEngineFiles = {
      "ibdata",   "ib_logfile",   "ib_buffer_pool", "ibtmp",          "undo",
      "aria_log", "ddl_recovery", "tc.log",         kCheckpointPrefix};
  return std::any_of(kEngineFiles.begin(), kEngineFiles.end(),
                     [&](std::string_view prefix) { return name.starts_with(prefix); });
}

Result<Manifest> RestoreInPlace(storage::Backend& backend, Seqno seqno, encryption::KeyRing* keys,
                                const std::string& datadir, const std::string& node_name,
                                uint32_t skips) {
  const std::string scratch = datadir + "/" + std::string(kScratch);
  RETURN_IF_ERROR(RemoveTree(scratch));
  ASSIGN_OR_RETURN(const Manifest manifest,
                   RestoreSnapshot(backend, seqno, keys, scratch, node_name, skips, nullptr));
  RETURN_IF_ERROR(MarkReplaced(manifest, datadir, node_name));
  Status status = RemoveDatabaseState(datadir);
  if (status.ok()) status = MoveUp(scratch, datadir);
  if (status.ok()) return manifest;
  return status.WithContext(fmt::format("restore snapshot {} into {}", seqno, datadir));
}

Result<Manifest> RestoreSnapshot(storage::Backend& backend, Seqno seqno, encryption::KeyRing* keys,
                                 const std::string& datadir, const std::string& node_name,
                                 uint32_t skips, const std::atomic<bool>* cancel) {
  RETURN_IF_ERROR(RequireEmpty(datadir));
  ASSIGN_OR_RETURN(Manifest manifest, ReadManifest(backend, seqno));
  const std::string temporary = datadir + ".restoring";
  RETURN_IF_ERROR(RemoveTree(temporary));
  const Status status = InBackground([&] {
    return FillAndMove(backend, manifest, keys, temporary, datadir, node_name, skips, cancel);
  });
  if (status.ok()) return manifest;
  (void)RemoveTree(temporary);  // the next attempt removes what is left
  return status.WithContext(fmt::format("restore snapshot {} to {}", seqno, datadir));
}

}  // namespace borealis::snapshot

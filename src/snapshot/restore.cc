#include "snapshot/restore.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "snapshot/files.h"
#include "snapshot/publish.h"
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

Status Unpack(storage::Backend& backend, const Manifest& manifest, const std::string& root,
              const std::atomic<bool>* cancel) {
  ASSIGN_OR_RETURN(const auto blob, backend.OpenBlob(DataBlobName(manifest.seqno)));
  BlobSource source(*blob);
  ZstdSource decompressed(source);
  ArchiveReader archive(decompressed);
  RETURN_IF_ERROR(UnpackTree(archive, root, cancel).status());
  if (source.bytes() != manifest.stream_bytes || source.hash() != manifest.stream_hash) {
    return {Code::kCorruption, "the data is not what the manifest describes"};
  }
  return Status::Ok();
}

Status FillAndMove(storage::Backend& backend, const Manifest& manifest,
                   const std::string& temporary, const std::string& datadir,
                   const std::string& node_name, const std::atomic<bool>* cancel) {
  RETURN_IF_ERROR(MakeDirectory(temporary));
  RETURN_IF_ERROR(Unpack(backend, manifest, temporary, cancel));
  CacheState state;
  state.volume = manifest.volume;
  state.node = node_name;
  state.restored = manifest.seqno;
  RETURN_IF_ERROR(WriteCacheState(temporary, state, Durability::kDurable));
  if (rename(temporary.c_str(), datadir.c_str()) != 0) {
    return ErrnoStatus(errno, "rename to", datadir);
  }
  return SyncDirectory(ParentOf(datadir));
}

}  // namespace

Result<Manifest> RestoreSnapshot(storage::Backend& backend, Seqno seqno, const std::string& datadir,
                                 const std::string& node_name, const std::atomic<bool>* cancel) {
  RETURN_IF_ERROR(RequireEmpty(datadir));
  ASSIGN_OR_RETURN(Manifest manifest, ReadManifest(backend, seqno));
  const std::string temporary = datadir + ".restoring";
  RETURN_IF_ERROR(RemoveTree(temporary));
  const Status status = FillAndMove(backend, manifest, temporary, datadir, node_name, cancel);
  if (status.ok()) return manifest;
  (void)RemoveTree(temporary);  // the next attempt removes what is left
  return status.WithContext(fmt::format("restore snapshot {} to {}", seqno, datadir));
}

}  // namespace borealis::snapshot

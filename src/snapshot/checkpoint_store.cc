#include "snapshot/checkpoint_store.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <optional>

#include "snapshot/files.h"
#include "snapshot/sealed_stream.h"

namespace borealis::snapshot {
namespace {

constexpr size_t kDigits = 20;

std::optional<Seqno> ParseName(std::string_view name) {
  if (!name.starts_with(kCheckpointPrefix)) return std::nullopt;
  name.remove_prefix(kCheckpointPrefix.size());
  Seqno seqno;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), seqno.value);
  if (error != std::errc() || end != name.data() + name.size() || name.size() != kDigits ||
      seqno < Seqno::Zero()) {
    return std::nullopt;
  }
  return seqno;
}

}  // namespace

std::string CheckpointStore::PathOf(Seqno seqno) const {
  return fmt::format("{}/{}{:0{}}", directory_, kCheckpointPrefix, seqno.value, kDigits);
}

Status CheckpointStore::Put(const Checkpoint& checkpoint) {
  CHECK(checkpoint.volume == volume_ && checkpoint.seqno.IsDefined());
  Checkpoint written = checkpoint;
  if (keys_ != nullptr) {
    const encryption::DataKey key = keys_->Newest();
    written.data_key = key.number;
    written.certifier = SealState(key, volume_, checkpoint.seqno, checkpoint.certifier);
  }
  RETURN_IF_ERROR(WriteFileAtomically(PathOf(checkpoint.seqno), EncodeCheckpoint(written),
                                      Durability::kProcess));
  ASSIGN_OR_RETURN(const auto names, ListDirectory(directory_));
  ASSIGN_OR_RETURN(const std::vector<Seqno> seqnos, List());
  const size_t surplus = seqnos.size() - std::min(seqnos.size(), kCheckpointsKept);
  for (const std::string& name : names) {
    if (!name.starts_with(kCheckpointPrefix)) continue;
    const auto seqno = ParseName(name);
    const bool kept = seqno && std::find(seqnos.begin() + static_cast<ptrdiff_t>(surplus),
                                         seqnos.end(), *seqno) != seqnos.end();
    const std::string path = directory_ + "/" + name;
    if (!kept && unlink(path.c_str()) != 0 && errno != ENOENT) {
      return ErrnoStatus(errno, "remove", path);
    }
  }
  return Status::Ok();
}

Status CheckpointStore::Remove(Seqno seqno) {
  const std::string path = PathOf(seqno);
  return unlink(path.c_str()) == 0 || errno == ENOENT ? Status::Ok()
                                                      : ErrnoStatus(errno, "remove", path);
}

Result<std::vector<Seqno>> CheckpointStore::List() const {
  ASSIGN_OR_RETURN(const auto names, ListDirectory(directory_));
  std::vector<Seqno> seqnos;
  for (const std::string& name : names) {
    if (const auto seqno = ParseName(name)) seqnos.push_back(*seqno);
  }
  std::sort(seqnos.begin(), seqnos.end());
  return seqnos;
}

Result<Checkpoint> CheckpointStore::Get(Seqno seqno) const {
  const std::string path = PathOf(seqno);
  ASSIGN_OR_RETURN(const Bytes bytes, ReadFile(path, kCheckpointBytesMax));
  auto checkpoint = DecodeCheckpoint(bytes);
  if (!checkpoint.ok()) return checkpoint.status().WithContext(path);
  if (checkpoint->volume != volume_) {
    return Status(Code::kInvalidArgument,
                  fmt::format("{} is of volume {}", path, checkpoint->volume.ToString()));
  }
  if (checkpoint->seqno != seqno) {
    return Status(Code::kCorruption,
                  fmt::format("{} is a checkpoint of seqno {}", path, checkpoint->seqno));
  }
  ASSIGN_OR_RETURN(checkpoint->certifier,
                   OpenState(keys_, checkpoint->data_key, volume_, seqno, checkpoint->certifier));
  checkpoint->data_key = 0;
  return checkpoint;
}

}  // namespace borealis::snapshot

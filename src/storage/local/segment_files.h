// SegmentFiles: segments as files, without any sharing: names, zeroed files, the durable mark of a
// seal.
//
// An open segment is a file of its full capacity, written with zeros, so that an append changes no
// metadata and its sync needs no journal commit. A sealed one is cut to its final size and
// read-only (0400): after a full restart, when the shared memory is gone, a file that is not so
// marked is known to be in an uncertain state. Before a seal cuts the file it marks that (0700):
// only such a file may be short without being sealed; any other that is short was cut off by
// something else, and the log, which knows how long it was made, takes it for damaged.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "storage/backend.h"
#include "storage/local/file_ops.h"

namespace borealis::storage::local {

struct SegmentFileInfo {
  uint64_t bytes = 0;
  bool sealed = false;
  bool sealing = false;  // a seal may have cut it before its process died
  bool deleted = false;  // no name any more
};

class SegmentFiles {
 public:
  // `directory` is the volume's segments/ and outlives it, as does `ops`.
  SegmentFiles(int directory, FileOps& ops) : directory_(directory), ops_(ops) {}

  static std::string FileName(const SegmentRef& segment);
  // All segments present, by id.
  Result<std::vector<SegmentRef>> List() const;
  // The one with this id, if any.
  Result<std::optional<SegmentRef>> Lookup(SegmentId id) const;
  // kNotFound; kFenced when the id is there under another epoch.
  Result<UniqueFd> Open(const SegmentRef& segment) const;
  static Result<SegmentFileInfo> Info(int fd);
  // Backend::ReadRaw of an open file. One that was being sealed reads as if it had not been cut:
  // zeros up to `capacity`.
  static Result<Bytes> ReadRaw(int fd, uint64_t offset, size_t length, uint64_t capacity);

  // A zeroed, synced file of `bytes` under a fresh internal name. `keep_going(done)` is asked after
  // every chunk; false abandons with kAborted. Nothing is left behind on failure. kNoSpace.
  template <typename KeepGoing>
  Result<std::string> MakeZeroed(uint64_t bytes, KeepGoing keep_going);
  Result<std::string> MakeZeroed(uint64_t bytes) {
    return MakeZeroed(bytes, [](uint64_t) { return true; });
  }

  // Gives an internal file its name, durably. kAlreadyExists.
  Status Publish(const std::string& internal_name, const SegmentRef& segment);
  // Moves one internal name to another without replacing. False when it could not.
  bool RenameInternal(const std::string& from, const std::string& to);
  std::string FreshInternalName();
  Result<uint64_t> BytesOf(const std::string& name) const;

  // Cuts the file to `final_bytes`, marks it sealed, syncs both. REQUIRES: the bytes are synced.
  Status MarkSealed(int fd, uint64_t final_bytes);
  // Ok when there is none.
  Status Remove(SegmentId id);
  Status RemoveInternal(const std::string& name) { return RemoveFile(directory_, name); }

  int directory() const { return directory_; }
  FileOps& ops() const { return ops_; }

  static constexpr uint64_t kChunkBytes = 1 << 20;
  static constexpr char kSpareName[] = ".spare";
  static constexpr char kReserveName[] = ".reserve";
  static constexpr char kNewPrefix[] = ".new-";

 private:
  Result<UniqueFd> StartZeroed(const std::string& name, uint64_t bytes);
  Status WriteZeros(int fd, uint64_t offset, uint64_t bytes);
  Status FinishZeroed(int fd);

  const int directory_;
  FileOps& ops_;
  std::atomic<uint64_t> names_made_{0};
};

template <typename KeepGoing>
Result<std::string> SegmentFiles::MakeZeroed(uint64_t bytes, KeepGoing keep_going) {
  std::string name = FreshInternalName();
  const auto fill = [&]() -> Status {
    ASSIGN_OR_RETURN(const UniqueFd fd, StartZeroed(name, bytes));
    for (uint64_t done = 0; done < bytes; done += kChunkBytes) {
      RETURN_IF_ERROR(WriteZeros(fd.get(), done, std::min(kChunkBytes, bytes - done)));
      if (!keep_going(done)) return {Code::kAborted, "closing"};
    }
    return FinishZeroed(fd.get());
  };
  const Status status = fill();
  if (status.ok()) return name;
  (void)RemoveInternal(name);
  return status.WithContext("new segment file");
}

}  // namespace borealis::storage::local

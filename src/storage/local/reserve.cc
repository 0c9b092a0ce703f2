#include "storage/local/reserve.h"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>

#include "base/log.h"

namespace borealis::storage::local {
namespace {

std::string PieceName(int i) { return fmt::format(".reserve.{}", i); }

}  // namespace

Status Reserve::KeepPiece(int i) {
  ASSIGN_OR_RETURN(const UniqueFd fd, OpenFile(root_, PieceName(i), O_WRONLY | O_CREAT | O_EXCL));
  if (files_.ops().Fallocate(fd.get(), kPieceBytes) == 0) return Status::Ok();
  const Status status = ErrnoStatus(errno, "allocate");
  (void)RemoveFile(root_, PieceName(i));
  return status;
}

Status Reserve::KeepSegment(uint64_t segment_bytes) {
  const Result<uint64_t> there = files_.BytesOf(SegmentFiles::kReserveName);
  if (there.ok() && *there == segment_bytes) return Status::Ok();
  RETURN_IF_ERROR(files_.RemoveInternal(SegmentFiles::kReserveName));  // made under other options
  struct statvfs info {};
  if (::fstatvfs(root_, &info) != 0) return ErrnoStatus(errno, "statvfs");
  if (uint64_t{info.f_bavail} * info.f_frsize < 2 * segment_bytes) {
    return {Code::kNoSpace, "the disk is nearly full"};
  }
  ASSIGN_OR_RETURN(const std::string name, files_.MakeZeroed(segment_bytes));
  if (!files_.RenameInternal(name, SegmentFiles::kReserveName)) {
    (void)files_.RemoveInternal(name);  // another process was faster
  }
  return Status::Ok();
}

Status Reserve::Keep(uint64_t segment_bytes) {
  RETURN_IF_ERROR(KeepSegment(segment_bytes));
  for (int i = 0; i < kPieces; ++i) {
    const Status piece = KeepPiece(i);
    if (!piece.ok() && piece.code() != Code::kAlreadyExists) return piece;
  }
  return Status::Ok();
}

std::string Reserve::TakeSegment(uint64_t segment_bytes) {
  const Result<uint64_t> there = files_.BytesOf(SegmentFiles::kReserveName);
  if (!there.ok() || *there != segment_bytes) return {};
  std::string name = files_.FreshInternalName();
  if (!files_.RenameInternal(SegmentFiles::kReserveName, name)) return {};
  LogInfo("the disk is full: the reserved segment is used");
  return name;
}

bool Reserve::GiveUpPiece() {
  for (int i = 0; i < kPieces; ++i) {
    if (::unlinkat(root_, PieceName(i).c_str(), 0) == 0) return true;
  }
  return false;
}

}  // namespace borealis::storage::local

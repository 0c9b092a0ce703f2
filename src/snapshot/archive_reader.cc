#include <fmt/core.h>

#include <cstring>

#include "base/codec.h"
#include "snapshot/archive.h"

namespace borealis::snapshot {
namespace {

constexpr size_t kBodyBytesMin = 1 + 4 + 8 + 4;
constexpr size_t kBodyBytesMax = kBodyBytesMin + kArchivePathMax;

Status Damaged(std::string_view what) {
  return {Code::kCorruption, fmt::format("damaged archive: {}", what)};
}

}  // namespace

Result<ArchiveEntry> ArchiveReader::ReadHeader() {
  std::byte prefix[4];
  RETURN_IF_ERROR(in_.ReadFully(prefix));
  const uint32_t length = Decoder(prefix).Int<uint32_t>();
  if (length < kBodyBytesMin || length > kBodyBytesMax) return Damaged("header length");
  Bytes bytes(length + 8);
  RETURN_IF_ERROR(in_.ReadFully(bytes));
  const ByteView body = ByteView(bytes).first(length);
  if (Decoder(ByteView(bytes).subspan(length)).Int<uint64_t>() != Hash64(body, kHeaderSeed)) {
    return Damaged("header checksum");
  }
  Decoder decoder(body);
  ArchiveEntry entry;
  entry.kind = decoder.Int<EntryKind>();
  entry.mode = decoder.Int<uint32_t>();
  entry.size = decoder.Int<uint64_t>();
  entry.path = decoder.Text();
  if (!decoder.done() || (entry.mode & ~0777u) != 0) return Damaged("header fields");
  return entry;
}

Result<ArchiveEntry> ArchiveReader::Next() {
  CHECK(!in_file_, "the extents of {} were not read", file_path_);
  if (!begun_) {
    std::byte magic[8];
    RETURN_IF_ERROR(in_.ReadFully(magic));
    if (AsText(magic) != std::string_view(kArchiveMagic, 8)) return Damaged("no archive here");
    begun_ = true;
  }
  ASSIGN_OR_RETURN(ArchiveEntry entry, ReadHeader());
  switch (entry.kind) {
    case EntryKind::kDirectory:
      if (entry.size != 0) return Damaged("a directory with a size");
      break;
    case EntryKind::kFile:
      if (entry.size > kFileBytesMax) return Damaged("file size");
      in_file_ = true;
      file_path_ = entry.path;
      file_size_ = entry.size;
      file_end_ = 0;
      file_hash_ = std::make_unique<StreamHash>();
      break;
    case EntryKind::kEnd: {
      if (entry.size != entries_ || !entry.path.empty()) return Damaged("entries are missing");
      std::byte more{};
      ASSIGN_OR_RETURN(const size_t n, in_.Read({&more, 1}));
      if (n != 0) return Damaged("bytes follow the end");
      return entry;
    }
    default:
      return Damaged("unknown kind of entry");
  }
  RETURN_IF_ERROR(CheckArchivePath(entry.path));
  ++entries_;
  return entry;
}

Result<ArchiveExtent> ArchiveReader::NextExtent() {
  CHECK(in_file_);
  std::byte prefix[12];
  RETURN_IF_ERROR(in_.ReadFully(prefix));
  file_hash_->Update(prefix);
  Decoder decoder(prefix);
  const uint64_t offset = decoder.Int<uint64_t>();
  const uint32_t length = decoder.Int<uint32_t>();
  if (length == 0) {
    RETURN_IF_ERROR(CheckTail(offset));
    return ArchiveExtent{offset, {}};
  }
  if (length > kExtentBytesMax || offset < file_end_ || length > file_size_ ||
      offset > file_size_ - length) {
    return Damaged(fmt::format("extent of {}", file_path_));
  }
  buffer_.resize(length);
  RETURN_IF_ERROR(in_.ReadFully(buffer_));
  file_hash_->Update(buffer_);
  file_end_ = offset + length;
  return ArchiveExtent{offset, buffer_};
}

Status ArchiveReader::CheckTail(uint64_t offset) {
  std::byte bytes[8];
  RETURN_IF_ERROR(in_.ReadFully(bytes));
  if (offset != file_size_ || Decoder(bytes).Int<uint64_t>() != file_hash_->Digest()) {
    return Damaged(fmt::format("checksum of {}", file_path_));
  }
  in_file_ = false;
  file_hash_.reset();
  return Status::Ok();
}

}  // namespace borealis::snapshot

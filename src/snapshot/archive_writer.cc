#include <fmt/core.h>

#include "base/codec.h"
#include "snapshot/archive.h"

namespace borealis::snapshot {

Status CheckArchivePath(std::string_view path) {
  const auto bad = [&](std::string_view why) {
    return Status(Code::kCorruption, fmt::format("archive path \"{}\" {}", path, why));
  };
  if (path.empty()) return bad("is empty");
  if (path.size() > kArchivePathMax) return {Code::kCorruption, "archive path is too long"};
  if (path.find('\0') != std::string_view::npos) {
    return {Code::kCorruption, "archive path contains a zero byte"};
  }
  if (path.front() == '/') return bad("is absolute");
  size_t begin = 0;
  while (begin <= path.size()) {
    const size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view part = path.substr(begin, end - begin);
    if (part.empty() || part == "." || part == "..") return bad("is not in normal form");
    begin = end + 1;
  }
  return Status::Ok();
}

Status ArchiveWriter::Begin() { return out_.Write(AsBytes({kArchiveMagic, 8})); }

Status ArchiveWriter::Header(const ArchiveEntry& entry) {
  Bytes body;
  Encoder encoder(body);
  encoder.Int(entry.kind);
  encoder.Int(entry.mode);
  encoder.Int(entry.size);
  encoder.Text(entry.path);
  Bytes header;
  Encoder whole(header);
  whole.Blob(body);
  whole.Int(Hash64(body, kHeaderSeed));
  return out_.Write(header);
}

Status ArchiveWriter::AddDirectory(const std::string& path, uint32_t mode) {
  RETURN_IF_ERROR(CheckArchivePath(path));
  ++entries_;
  return Header({EntryKind::kDirectory, mode & 0777, 0, path});
}

Status ArchiveWriter::BeginFile(const std::string& path, uint32_t mode, uint64_t size) {
  CHECK(file_hash_ == nullptr);
  RETURN_IF_ERROR(CheckArchivePath(path));
  if (size > kFileBytesMax) {
    return {Code::kInvalidArgument, fmt::format("{}: {} bytes are too many", path, size)};
  }
  ++entries_;
  file_size_ = size;
  file_end_ = 0;
  file_hash_ = std::make_unique<StreamHash>();
  return Header({EntryKind::kFile, mode & 0777, size, path});
}

Status ArchiveWriter::Extent(uint64_t offset, ByteView bytes) {
  CHECK(file_hash_ != nullptr && offset >= file_end_);
  CHECK(bytes.size() <= file_size_ && offset <= file_size_ - bytes.size());
  while (!bytes.empty()) {
    const ByteView part = bytes.first(std::min(bytes.size(), kExtentBytesMax));
    Bytes prefix;
    Encoder encoder(prefix);
    encoder.Int(offset);
    encoder.Int(static_cast<uint32_t>(part.size()));
    file_hash_->Update(prefix);
    file_hash_->Update(part);
    RETURN_IF_ERROR(out_.Write(prefix));
    RETURN_IF_ERROR(out_.Write(part));
    offset += part.size();
    bytes = bytes.subspan(part.size());
  }
  file_end_ = offset;
  return Status::Ok();
}

Status ArchiveWriter::EndFile() {
  CHECK(file_hash_ != nullptr);
  Bytes tail;
  Encoder encoder(tail);
  encoder.Int(file_size_);
  encoder.Int(uint32_t{0});
  file_hash_->Update(tail);
  encoder.Int(file_hash_->Digest());
  file_hash_.reset();
  return out_.Write(tail);
}

Status ArchiveWriter::End() {
  CHECK(file_hash_ == nullptr);
  return Header({EntryKind::kEnd, 0, entries_, ""});
}

}  // namespace borealis::snapshot

// Archive: a directory tree as one byte stream, in a format of our own that is small enough to be
// checked completely: directories and regular files, nothing else.
//
//   archive   = magic entry* end
//   magic     = "BRLARCH1"                                        8 bytes
//   entry     = header extents?                                   extents only after a file's
//   header header    = length:u32 body hash:u64                          hash = XXH3-64(body,
//   kHeaderSeed) body      = kind:u8 mode:u32 size:u64 path:text               text = length:u32
//   bytes extents   = (offset:u64 length:u32 bytes)* tail               offsets rise; gaps read as
//   zeros tail      = offset:u64 = size, length:u32 = 0, hash:u64       hash = XXH3-64 over every
//   extent's
//                                                                 (offset, length, bytes) and
//                                                                 tail's
//   end       = header with kind 3, mode 0, size = number of entries before it, empty path
//
// Little-endian. A path is relative, in normal form ("a/b"), at most kPathMax bytes; a directory
// comes before what is in it, parents of the first level excepted. Times and owners are not kept.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/status.h"
#include "snapshot/stream.h"

namespace borealis::snapshot {

enum class EntryKind : uint8_t { kDirectory = 1, kFile = 2, kEnd = 3 };

struct ArchiveEntry {
  EntryKind kind = EntryKind::kFile;
  uint32_t mode = 0600;  // permission bits only
  uint64_t size = 0;     // of a file, bytes
  std::string path;
  bool operator==(const ArchiveEntry&) const = default;
};

struct ArchiveExtent {
  uint64_t offset = 0;
  ByteView bytes;  // valid until the next call
};

inline constexpr char kArchiveMagic[] = "BRLARCH1";
inline constexpr uint64_t kHeaderSeed = 0x6872646c;  // "ldrh"
inline constexpr size_t kArchivePathMax = 1024;
inline constexpr size_t kExtentBytesMax = 1 << 20;
inline constexpr uint64_t kFileBytesMax = 1ull << 46;

// Ok for a relative path in normal form that stays below its root: no "..", ".", empty part, NUL or
// leading slash.
Status CheckArchivePath(std::string_view path);

class ArchiveWriter {
 public:
  explicit ArchiveWriter(ByteSink& out) : out_(out) {}
  // Call order: Begin, then per directory AddDirectory, per file BeginFile, Extent*, EndFile; End.
  Status Begin();
  Status AddDirectory(const std::string& path, uint32_t mode);
  Status BeginFile(const std::string& path, uint32_t mode, uint64_t size);
  // REQUIRES: offset at or past the previous extent's end, the end within the file's size.
  Status Extent(uint64_t offset, ByteView bytes);
  Status EndFile();
  Status End();
  uint64_t entries() const { return entries_; }

 private:
  Status Header(const ArchiveEntry& entry);

  ByteSink& out_;
  uint64_t entries_ = 0;
  uint64_t file_size_ = 0;
  uint64_t file_end_ = 0;  // of the last extent
  std::unique_ptr<StreamHash> file_hash_;
};

// Everything it returns was checked; kCorruption or kUnsupported for anything else.
class ArchiveReader {
 public:
  explicit ArchiveReader(ByteSource& in) : in_(in) {}
  // The next entry; kEnd once the whole archive was read. REQUIRES: the extents of the entry before
  // were read to their end.
  Result<ArchiveEntry> Next();
  // The next extent of the file; empty bytes after the last, when the file's hash matched.
  Result<ArchiveExtent> NextExtent();

 private:
  Result<ArchiveEntry> ReadHeader();
  Status CheckTail(uint64_t offset);

  ByteSource& in_;
  bool begun_ = false;
  bool in_file_ = false;
  uint64_t entries_ = 0;
  std::string file_path_;
  uint64_t file_size_ = 0;
  uint64_t file_end_ = 0;
  std::unique_ptr<StreamHash> file_hash_;
  Bytes buffer_;
};

}  // namespace borealis::snapshot

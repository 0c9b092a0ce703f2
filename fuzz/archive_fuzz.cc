// The archive reader on bytes from outside: it ends, stays in bounds, gives no more than it was
// given, and lets no path out of its root. A written archive reads back as it was written.
//
//   first byte % 4   0: the rest is an archive   1: the same behind the decompressor
//                    2: entries u8 kind, u32 mode, u64 size, u8 length, path; written with hashes
//                       made right, whatever they say
//                    3: u8 length, patches to a real archive; then extents of its file
#include <algorithm>
#include <cstring>
#include <string>

#include "base/check.h"
#include "base/codec.h"
#include "fuzz/fuzz_input.h"
#include "snapshot/archive.h"
#include "snapshot/memory_stream.h"

namespace borealis::snapshot {
namespace {

constexpr uint64_t kInflatedBytesMax = 8 << 20;

struct Contents {
  bool complete = false;
  uint64_t entries = 0;
  uint64_t bytes = 0;
};

// False: the archive is damaged in the file.
bool ReadFile(ArchiveReader& reader, const ArchiveEntry& entry, Contents& contents) {
  uint64_t end = 0;
  while (contents.bytes <= kInflatedBytesMax) {
    const auto extent = reader.NextExtent();
    if (!extent.ok()) {
      return false;
    }
    if (extent->bytes.empty()) {
      return true;
    }
    CHECK(extent->offset >= end && extent->bytes.size() <= kExtentBytesMax);
    end = extent->offset + extent->bytes.size();
    CHECK(end <= entry.size);
    contents.bytes += extent->bytes.size();
  }
  return false;
}

Contents ReadAll(ByteSource& source) {
  ArchiveReader reader(source);
  Contents contents;
  while (contents.bytes <= kInflatedBytesMax) {
    const auto entry = reader.Next();
    if (!entry.ok()) {
      return contents;
    }
    if (entry->kind == EntryKind::kEnd) {
      contents.complete = true;
      return contents;
    }
    CHECK_OK(CheckArchivePath(entry->path));
    CHECK(entry->path.front() != '/' && entry->path != ".." && !entry->path.starts_with("../") &&
          !entry->path.ends_with("/..") && entry->path.find("/../") == std::string::npos);
    ++contents.entries;
    if (entry->kind == EntryKind::kFile && !ReadFile(reader, *entry, contents)) {
      return contents;
    }
  }
  return contents;
}

// Headers as the input wants them, each under its right hash; a file is empty of extents.
Bytes Claimed(fuzz::Input& input) {
  Bytes bytes(reinterpret_cast<const std::byte*>(kArchiveMagic),
              reinterpret_cast<const std::byte*>(kArchiveMagic) + 8);
  Encoder out(bytes);
  while (!input.empty()) {
    Bytes body;
    Encoder header(body);
    const auto kind = input.Take<uint8_t>();
    const auto mode = input.Take<uint32_t>();
    const auto size = input.Take<uint64_t>();
    header.Int(kind);
    header.Int(mode);
    header.Int(size);
    header.Text(AsText(input.TakeBytes(input.Take<uint8_t>())));
    out.Blob(body);
    out.Int(Hash64(body, kHeaderSeed));
    if (kind == static_cast<uint8_t>(EntryKind::kFile)) {
      Bytes tail;
      Encoder(tail).Int(size);
      Encoder(tail).Int(uint32_t{0});
      out.Raw(tail);
      out.Int(Hash64(tail, 0));
    }
  }
  return bytes;
}

// One directory and one file in it, with the extents that the input wants.
Bytes Written(fuzz::Input& input, Contents& expected) {
  MemorySink sink;
  ArchiveWriter writer(sink);
  CHECK_OK(writer.Begin());
  CHECK_OK(writer.AddDirectory("d", 0700));
  constexpr uint64_t kSize = 1 << 16;
  CHECK_OK(writer.BeginFile("d/f", 0600, kSize));
  uint64_t at = 0;
  while (!input.empty()) {
    at += input.Take<uint8_t>();
    const ByteView bytes = input.TakeBytes(input.Take<uint8_t>());
    if (bytes.empty() || at + bytes.size() > kSize) {
      break;
    }
    CHECK_OK(writer.Extent(at, bytes));
    at += bytes.size();
    expected.bytes += bytes.size();
  }
  CHECK_OK(writer.EndFile());
  CHECK_OK(writer.End());
  expected.entries = writer.entries();
  return sink.content;
}

void TryWritten(fuzz::Input& input) {
  const Bytes patches = [&] {
    const ByteView taken = input.TakeBytes(input.Take<uint8_t>());
    return Bytes(taken.begin(), taken.end());
  }();
  Contents expected;
  const Bytes whole = Written(input, expected);
  MemorySource source(whole);
  const Contents found = ReadAll(source);
  CHECK(found.complete && found.entries == expected.entries && found.bytes == expected.bytes);
  Bytes damaged = whole;
  fuzz::Patch(damaged, patches);
  MemorySource damaged_source(damaged);
  // Every byte of an archive is under a hash, or is one, or says where they are.
  CHECK(ReadAll(damaged_source).complete == (damaged == whole));
}

}  // namespace
}  // namespace borealis::snapshot

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace borealis;            // NOLINT: a fuzz target
  using namespace borealis::snapshot;  // NOLINT: a fuzz target
  fuzz::Input input(data, size);
  const int kind = input.Take<uint8_t>() % 4;
  if (kind == 0) {
    MemorySource source(input.rest());
    CHECK(ReadAll(source).bytes <= size);
  } else if (kind == 1) {
    MemorySource compressed(input.rest());
    ZstdSource source(compressed);
    static_cast<void>(ReadAll(source));
  } else if (kind == 2) {
    const Bytes bytes = Claimed(input);
    MemorySource source(bytes);
    static_cast<void>(ReadAll(source));
  } else {
    TryWritten(input);
  }
  return 0;
}

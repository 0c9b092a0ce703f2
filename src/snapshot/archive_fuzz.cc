// The archive decoder on arbitrary bytes: it ends, stays in bounds and lets no path out of its
// root.
#include <algorithm>
#include <cstring>

#include "snapshot/archive.h"

namespace borealis::snapshot {
namespace {

class SpanSource : public ByteSource {
 public:
  explicit SpanSource(ByteView data) : data_(data) {}
  Result<size_t> Read(std::span<std::byte> out) override {
    const size_t n = std::min(out.size(), data_.size());
    if (n > 0) std::memcpy(out.data(), data_.data(), n);
    data_ = data_.subspan(n);
    return n;
  }

 private:
  ByteView data_;
};

void ReadAll(ArchiveReader& reader) {
  while (true) {
    const auto entry = reader.Next();
    if (!entry.ok() || entry->kind == EntryKind::kEnd) return;
    CHECK(entry->path.front() != '/' && entry->path.find("/../") == std::string::npos);
    if (entry->kind != EntryKind::kFile) continue;
    uint64_t end = 0;
    while (true) {
      const auto extent = reader.NextExtent();
      if (!extent.ok()) return;
      if (extent->bytes.empty()) break;
      CHECK(extent->offset >= end);
      end = extent->offset + extent->bytes.size();
      CHECK(end <= entry->size);
    }
  }
}

}  // namespace
}  // namespace borealis::snapshot

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  borealis::snapshot::SpanSource source({reinterpret_cast<const std::byte*>(data), size});
  borealis::snapshot::ArchiveReader reader(source);
  borealis::snapshot::ReadAll(reader);
  return 0;
}

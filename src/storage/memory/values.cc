#include "storage/memory/values.h"

namespace borealis::storage {
namespace {

template <typename Map>
std::vector<std::string> NamesWith(const Map& map, std::string_view prefix) {
  std::vector<std::string> names;
  for (auto it = map.lower_bound(prefix); it != map.end() && it->first.starts_with(prefix); ++it) {
    names.push_back(it->first);
  }
  return names;
}

Status UnfinishedGone() { return {Code::kNotFound, "this unfinished blob was swept away"}; }

}  // namespace

RegisterValue RegisterTable::Read(std::string_view name) const {
  const auto it = registers_.find(name);
  return it == registers_.end() ? RegisterValue{} : it->second;
}

Status RegisterTable::CheckVersion(std::string_view name, uint64_t expected) const {
  const auto it = registers_.find(name);
  const uint64_t version = it == registers_.end() ? 0 : it->second.version;
  if (version != expected) {
    return {Code::kConflict,
            fmt::format("register \"{}\" is at version {}, not {}", name, version, expected)};
  }
  return {};
}

Result<uint64_t> RegisterTable::Swap(std::string_view name, uint64_t expected, ByteView value) {
  RETURN_IF_ERROR(CheckVersion(name, expected));
  RegisterValue& entry = registers_[std::string(name)];
  entry.version = ++versions_;
  entry.value.assign(value.begin(), value.end());
  return entry.version;
}

Status RegisterTable::Delete(std::string_view name, uint64_t expected) {
  RETURN_IF_ERROR(CheckVersion(name, expected));
  if (const auto it = registers_.find(name); it != registers_.end()) {
    registers_.erase(it);
  }
  return {};
}

std::vector<std::string> RegisterTable::List(std::string_view prefix) const {
  return NamesWith(registers_, prefix);
}

uint64_t RegisterTable::BytesUsed() const {
  uint64_t bytes = 0;
  for (const auto& [name, entry] : registers_) {
    bytes += entry.value.size();
  }
  return bytes;
}

void HintTable::Put(std::string_view name, ByteView value) {
  hints_[std::string(name)] = Bytes(value.begin(), value.end());
}

void HintTable::Delete(std::string_view name) {
  if (const auto it = hints_.find(name); it != hints_.end()) {
    hints_.erase(it);
  }
}

std::vector<Hint> HintTable::List(std::string_view prefix) const {
  std::vector<Hint> hints;
  for (const std::string& name : NamesWith(hints_, prefix)) {
    hints.push_back({.name = name, .value = hints_.find(name)->second});
  }
  return hints;
}

uint64_t BlobTable::Begin() {
  unfinished_.emplace(++next_, Bytes());
  return next_;
}

Status BlobTable::Write(uint64_t unfinished, ByteView bytes) {
  const auto it = unfinished_.find(unfinished);
  if (it == unfinished_.end()) {
    return UnfinishedGone();
  }
  it->second.insert(it->second.end(), bytes.begin(), bytes.end());
  return {};
}

Status BlobTable::Commit(uint64_t unfinished, std::string_view name) {
  const auto it = unfinished_.find(unfinished);
  if (it == unfinished_.end()) {
    return UnfinishedGone();
  }
  if (blobs_.contains(name)) {
    return {Code::kAlreadyExists, fmt::format("blob \"{}\" already exists", name)};
  }
  const uint64_t size = it->second.size();
  blobs_.emplace(name, std::make_shared<StoredBlob>(StoredBlob{std::move(it->second), size}));
  unfinished_.erase(it);
  return {};
}

Result<std::shared_ptr<const StoredBlob>> BlobTable::Open(std::string_view name) const {
  const auto it = blobs_.find(name);
  if (it == blobs_.end()) {
    return Status(Code::kNotFound, fmt::format("blob \"{}\" does not exist", name));
  }
  return std::shared_ptr<const StoredBlob>(it->second);
}

void BlobTable::Delete(std::string_view name) {
  if (const auto it = blobs_.find(name); it != blobs_.end()) {
    blobs_.erase(it);
  }
}

std::vector<std::string> BlobTable::List(std::string_view prefix) const {
  return NamesWith(blobs_, prefix);
}

size_t BlobTable::Sweep() {
  const size_t count = unfinished_.size();
  unfinished_.clear();
  return count;
}

uint64_t BlobTable::BytesUsed() const {
  uint64_t bytes = 0;
  for (const auto& [id, content] : unfinished_) {
    bytes += content.size();
  }
  for (const auto& [name, content] : blobs_) {
    bytes += content->content.size();
  }
  return bytes;
}

std::shared_ptr<StoredBlob> BlobTable::Peek(std::string_view name) {
  const auto it = blobs_.find(name);
  return it == blobs_.end() ? nullptr : it->second;
}

}  // namespace borealis::storage

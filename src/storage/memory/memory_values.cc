// MemoryBackend: registers, blobs and hints.
#include <algorithm>

#include "storage/memory/memory_backend.h"
#include "storage/names.h"

namespace borealis::storage {

Result<RegisterValue> MemoryBackend::ReadRegister(std::string_view name) {
  RETURN_IF_ERROR(CheckRegisterName(name));
  MutexLock lock(volume_->mutex);
  RETURN_IF_ERROR(CheckAliveLocked());
  return volume_->registers.Read(name);
}

Result<uint64_t> MemoryBackend::SwapRegister(std::string_view name, uint64_t expected,
                                             ByteView value) {
  RETURN_IF_ERROR(CheckRegisterName(name));
  RETURN_IF_ERROR(CheckRegisterValue(name, value));
  MutexLock lock(volume_->mutex);
  RETURN_IF_ERROR(CheckAliveLocked());
  return volume_->registers.Swap(name, expected, value);
}

Status MemoryBackend::DeleteRegister(std::string_view name, uint64_t expected) {
  RETURN_IF_ERROR(CheckRegisterName(name));
  MutexLock lock(volume_->mutex);
  RETURN_IF_ERROR(CheckAliveLocked());
  return volume_->registers.Delete(name, expected);
}

Result<std::vector<std::string>> MemoryBackend::ListRegisters(std::string_view prefix) {
  MutexLock lock(volume_->mutex);
  RETURN_IF_ERROR(CheckAliveLocked());
  return volume_->registers.List(prefix);
}

// Leaves its unfinished blob behind when its process crashed, as a dead process does.
class MemoryBlobWriter : public BlobWriter {
 public:
  MemoryBlobWriter(std::shared_ptr<MemoryVolume> volume, uint64_t process, std::string name,
                   uint64_t unfinished)
      : volume_(std::move(volume)),
        process_(process),
        name_(std::move(name)),
        unfinished_(unfinished) {}

  ~MemoryBlobWriter() override {
    MutexLock lock(volume_->mutex);
    if (CheckAliveLocked().ok()) {
      volume_->blobs.Abandon(unfinished_);
    }
  }

  Status Write(ByteView bytes) override {
    MutexLock lock(volume_->mutex);
    RETURN_IF_ERROR(CheckAliveLocked());
    return volume_->blobs.Write(unfinished_, bytes);
  }

  Status Commit() override {
    MutexLock lock(volume_->mutex);
    RETURN_IF_ERROR(CheckAliveLocked());
    return volume_->blobs.Commit(unfinished_, name_);
  }

 private:
  Status CheckAliveLocked() const REQUIRES(volume_->mutex) {
    const auto it = volume_->processes.find(process_);
    CHECK(it != volume_->processes.end(), "blob writer \"{}\" outlived its backend", name_);
    return it->second.alive ? Status() : Status(Code::kUnavailable, "this process has crashed");
  }

  const std::shared_ptr<MemoryVolume> volume_;  // shared: see MemoryBackend
  const uint64_t process_;
  const std::string name_;
  const uint64_t unfinished_;
};

namespace {

class MemoryBlobReader : public BlobReader {
 public:
  MemoryBlobReader(std::string name, std::shared_ptr<MemoryVolume> volume,
                   std::shared_ptr<const StoredBlob> blob)
      : name_(std::move(name)), volume_(std::move(volume)), blob_(std::move(blob)) {}

  uint64_t size() const override { return blob_->size; }

  Result<Bytes> Read(uint64_t offset, size_t length) override {
    MutexLock lock(volume_->mutex);  // damage may be done to it
    if (offset > blob_->size || length > blob_->size - offset) {
      return Status(Code::kInvalidArgument, fmt::format("blob \"{}\" has {} bytes, none at {}+{}",
                                                        name_, blob_->size, offset, length));
    }
    if (offset + length > blob_->content.size()) {
      return Status(Code::kCorruption, fmt::format("blob \"{}\": {} of {} bytes are left", name_,
                                                   blob_->content.size(), blob_->size));
    }
    const auto first = blob_->content.begin() + static_cast<ptrdiff_t>(offset);
    return Bytes(first, first + static_cast<ptrdiff_t>(length));
  }

 private:
  const std::string name_;
  const std::shared_ptr<MemoryVolume> volume_;    // shared: see MemoryBackend
  const std::shared_ptr<const StoredBlob> blob_;  // shared: outlives the name's deletion
};

}  // namespace

Result<std::unique_ptr<BlobWriter>> MemoryBackend::CreateBlob(std::string_view name) {
  RETURN_IF_ERROR(CheckBlobName(name));
  MutexLock lock(volume_->mutex);
  RETURN_IF_ERROR(CheckAliveLocked());
  return std::unique_ptr<BlobWriter>(std::make_unique<MemoryBlobWriter>(
      volume_, process_, std::string(name), volume_->blobs.Begin()));
}

Result<std::unique_ptr<BlobReader>> MemoryBackend::OpenBlob(std::string_view name) {
  RETURN_IF_ERROR(CheckBlobName(name));
  MutexLock lock(volume_->mutex);
  RETURN_IF_ERROR(CheckAliveLocked());
  ASSIGN_OR_RETURN(std::shared_ptr<const StoredBlob> blob, volume_->blobs.Open(name));
  return std::unique_ptr<BlobReader>(
      std::make_unique<MemoryBlobReader>(std::string(name), volume_, std::move(blob)));
}

Status MemoryBackend::DeleteBlob(std::string_view name) {
  RETURN_IF_ERROR(CheckBlobName(name));
  MutexLock lock(volume_->mutex);
  RETURN_IF_ERROR(CheckAliveLocked());
  volume_->blobs.Delete(name);
  return {};
}

Result<std::vector<std::string>> MemoryBackend::ListBlobs(std::string_view prefix) {
  MutexLock lock(volume_->mutex);
  RETURN_IF_ERROR(CheckAliveLocked());
  return volume_->blobs.List(prefix);
}

Result<size_t> MemoryBackend::SweepBlobs() {
  MutexLock lock(volume_->mutex);
  RETURN_IF_ERROR(CheckAliveLocked());
  return volume_->blobs.Sweep();
}

Status MemoryBackend::PutHint(std::string_view name, ByteView value) {
  RETURN_IF_ERROR(CheckRegisterName(name));
  RETURN_IF_ERROR(CheckHintValue(name, value));
  MutexLock lock(volume_->mutex);
  RETURN_IF_ERROR(CheckAliveLocked());
  volume_->hints.Put(name, value);
  return {};
}

Status MemoryBackend::DeleteHint(std::string_view name) {
  RETURN_IF_ERROR(CheckRegisterName(name));
  MutexLock lock(volume_->mutex);
  RETURN_IF_ERROR(CheckAliveLocked());
  volume_->hints.Delete(name);
  return {};
}

Result<std::vector<Hint>> MemoryBackend::ListHints(std::string_view prefix) {
  MutexLock lock(volume_->mutex);
  RETURN_IF_ERROR(CheckAliveLocked());
  return volume_->hints.List(prefix);
}

}  // namespace borealis::storage

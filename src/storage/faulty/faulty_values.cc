// FaultyBackend: registers, blobs and hints.
#include "storage/faulty/faulty_run.h"
#include "storage/names.h"

namespace borealis::storage {

Result<RegisterValue> FaultyBackend::ReadRegister(std::string_view name) {
  return Around(Call::kRead, [&] { return MemoryBackend::ReadRegister(name); });
}

uint64_t FaultyBackend::GrowthOf(std::string_view register_name, ByteView value) const {
  MutexLock medium_lock(volume_->mutex);
  const size_t before = volume_->registers.Read(register_name).value.size();
  return value.size() > before ? value.size() - before : 0;
}

Result<uint64_t> FaultyBackend::SwapRegister(std::string_view name, uint64_t expected,
                                             ByteView value) {
  MutexLock lock(faulty_->mutex_);
  const Fault fault = DrawLocked(Call::kSwap);
  RETURN_IF_ERROR(faulty_->CheckSpaceLocked(faulty_->BytesUsed(), GrowthOf(name, value)));
  return Run(fault, Code::kUnknown,
             [&] { return MemoryBackend::SwapRegister(name, expected, value); });
}

Status FaultyBackend::DeleteRegister(std::string_view name, uint64_t expected) {
  return Around(Call::kSwap, [&] { return MemoryBackend::DeleteRegister(name, expected); });
}

Result<std::vector<std::string>> FaultyBackend::ListRegisters(std::string_view prefix) {
  return Around(Call::kRead, [&] { return MemoryBackend::ListRegisters(prefix); });
}

// Writes meet a full device, the commit what the plan draws. REQUIRES: its backend outlives it.
class FaultyBlobWriter : public BlobWriter {
 public:
  FaultyBlobWriter(FaultyBackend& backend, std::unique_ptr<BlobWriter> inner)
      : backend_(backend), inner_(std::move(inner)) {}

  Status Write(ByteView bytes) override {
    FaultyVolume& faulty = *backend_.faulty_;
    MutexLock lock(faulty.mutex_);
    RETURN_IF_ERROR(faulty.CheckSpaceLocked(faulty.BytesUsed(), bytes.size()));
    return inner_->Write(bytes);
  }
  Status Commit() override {
    return backend_.Around(Call::kMutation, [&] { return inner_->Commit(); });
  }

 private:
  FaultyBackend& backend_;
  const std::unique_ptr<BlobWriter> inner_;
};

Result<std::unique_ptr<BlobWriter>> FaultyBackend::CreateBlob(std::string_view name) {
  ASSIGN_OR_RETURN(std::unique_ptr<BlobWriter> inner, MemoryBackend::CreateBlob(name));
  return std::unique_ptr<BlobWriter>(std::make_unique<FaultyBlobWriter>(*this, std::move(inner)));
}

Result<std::unique_ptr<BlobReader>> FaultyBackend::OpenBlob(std::string_view name) {
  return Around(Call::kRead, [&] { return MemoryBackend::OpenBlob(name); });
}

Status FaultyBackend::DeleteBlob(std::string_view name) {
  return Around(Call::kMutation, [&] { return MemoryBackend::DeleteBlob(name); });
}

Result<std::vector<std::string>> FaultyBackend::ListBlobs(std::string_view prefix) {
  return Around(Call::kRead, [&] { return MemoryBackend::ListBlobs(prefix); });
}

Result<size_t> FaultyBackend::SweepBlobs() {
  return Around(Call::kMutation, [&] { return MemoryBackend::SweepBlobs(); });
}

Status FaultyBackend::PutHint(std::string_view name, ByteView value) {
  return Around(Call::kHint, [&] { return MemoryBackend::PutHint(name, value); });
}

Status FaultyBackend::DeleteHint(std::string_view name) {
  return Around(Call::kHint, [&] { return MemoryBackend::DeleteHint(name); });
}

Result<std::vector<Hint>> FaultyBackend::ListHints(std::string_view prefix) {
  return Around(Call::kRead, [&] { return MemoryBackend::ListHints(prefix); });
}

}  // namespace borealis::storage

// MemoryBackend: one process attached to a MemoryVolume. Made by MemoryVolume::Attach; thread-safe.
// write_ns and sync_ns of its appends are 0: nothing is waited for.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "storage/memory/memory_volume.h"

namespace borealis::storage {

class MemoryBackend : public Backend {
 public:
  MemoryBackend(std::shared_ptr<MemoryVolume> volume, uint64_t process)
      : volume_(std::move(volume)), process_(process) {}
  // Detaches. REQUIRES: no call is in progress, and blob writers and readers are gone.
  ~MemoryBackend() override;

  // The process dies without cleanup: this and every later call here returns kUnavailable.
  void Crash();
  bool alive() const;
  // Its number within the volume; for the backends in this room.
  uint64_t process() const { return process_; }

  const Traits& traits() const override { return volume_->options().traits; }
  std::string Describe() const override { return volume_->options().name; }

  Status CreateSegment(const SegmentRef& segment) override;
  Status DeleteSegment(SegmentId id) override;
  Result<std::vector<SegmentId>> ListSegments() override;
  AppendResult Append(const SegmentRef& segment, const BatchEncoder& encode) override;
  Result<uint64_t> Seal(const SegmentRef& segment, const uint64_t* cut) override;
  Result<SegmentState> State(const SegmentRef& segment) override;
  Result<Bytes> Read(const SegmentRef& segment, uint64_t offset, size_t length) override;
  Result<Bytes> ReadRaw(const SegmentRef& segment, uint64_t offset, size_t length) override;
  Status WaitForData(const SegmentRef& segment, uint64_t known_end, int64_t timeout_ns) override;
  void Interrupt() override;
  void ClearInterrupt() override;
  bool NeedsRecovery() const override;
  Status EndRecovery() override;

  Result<RegisterValue> ReadRegister(std::string_view name) override;
  Result<uint64_t> SwapRegister(std::string_view name, uint64_t expected, ByteView value) override;
  Status DeleteRegister(std::string_view name, uint64_t expected) override;
  Result<std::vector<std::string>> ListRegisters(std::string_view prefix) override;

  Result<std::unique_ptr<BlobWriter>> CreateBlob(std::string_view name) override;
  Result<std::unique_ptr<BlobReader>> OpenBlob(std::string_view name) override;
  Status DeleteBlob(std::string_view name) override;
  Result<std::vector<std::string>> ListBlobs(std::string_view prefix) override;
  Result<size_t> SweepBlobs() override;

  Status PutHint(std::string_view name, ByteView value) override;
  Status DeleteHint(std::string_view name) override;
  Result<std::vector<Hint>> ListHints(std::string_view prefix) override;

 protected:
  struct Admitted {
    Segment* segment;
    ByteView bytes;
  };
  // Everything that an append does before it writes: the refusals, the encoder, the limits.
  Result<Admitted> AdmitAppendLocked(const SegmentRef& segment, const BatchEncoder& encode)
      REQUIRES(volume_->mutex);
  Status CheckAliveLocked() const REQUIRES(volume_->mutex);

  const std::shared_ptr<MemoryVolume> volume_;  // shared: the medium outlives each process

 private:
  const MemoryProcess& SelfLocked() const REQUIRES(volume_->mutex);

  const uint64_t process_;
};

}  // namespace borealis::storage

// FaultyBackend: one process attached to a FaultyVolume, whose header says how to use it.
//
// Each call meets what the volume's plan draws for it; without a fault it is a MemoryBackend's.
// A fault that kills the process makes its call and all later ones kUnavailable (an append:
// kUnknown with kUnavailable): alive() tells, and a simulator destroys the object then.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/faulty/faulty_volume.h"
#include "storage/memory/memory_backend.h"

namespace borealis::storage {

class FaultyBackend : public MemoryBackend {
 public:
  // Made by FaultyVolume::Attach.
  FaultyBackend(std::shared_ptr<FaultyVolume> faulty, uint64_t process);

  // The process dies between two calls; nothing is cleaned up.
  void CrashProcess() { Crash(); }

  Status CreateSegment(const SegmentRef& segment) override;
  Status DeleteSegment(SegmentId id) override;
  Result<std::vector<SegmentId>> ListSegments() override;
  AppendResult Append(const SegmentRef& segment, const BatchEncoder& encode) override;
  Result<uint64_t> Seal(const SegmentRef& segment, const uint64_t* cut) override;
  Result<SegmentState> State(const SegmentRef& segment) override;
  Result<Bytes> Read(const SegmentRef& segment, uint64_t offset, size_t length) override;
  Result<Bytes> ReadRaw(const SegmentRef& segment, uint64_t offset, size_t length) override;

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

 private:
  friend class FaultyBlobWriter;

  // What the call meets, once pending appends had their chance.
  Fault DrawLocked(Call call) REQUIRES(faulty_->mutex_);
  Status Refusal(Fault fault) const;
  // Runs `work` as one call that meets `fault`.
  template <typename Work>
  auto Run(Fault fault, Code lost, const Work& work) -> decltype(work());
  template <typename Work>
  auto Around(Call call, const Work& work) -> decltype(work());

  AppendResult AppendLocked(const SegmentRef& ref, const BatchEncoder& encode, Fault fault)
      REQUIRES(faulty_->mutex_) EXCLUDES(volume_->mutex);
  // The bytes have their place: writes them, syncs them, or what the fault leaves of that.
  AppendResult PutLocked(Segment& segment, ByteView bytes, Fault fault) REQUIRES(volume_->mutex);
  void HoldBackLocked(const SegmentRef& ref, const Segment& segment, ByteView bytes)
      REQUIRES(faulty_->mutex_);
  AppendResult Died();
  // Bytes that this register value adds to the medium.
  uint64_t GrowthOf(std::string_view register_name, ByteView value) const;
  // A deleted segment's media, to be found again under another segment; nullopt: not kept.
  std::optional<Bytes> MediaToRecycle(SegmentId id) const;

  const std::shared_ptr<FaultyVolume> faulty_;  // shared: as volume_
};

}  // namespace borealis::storage

// Inspector: a volume seen from outside (LocalBackend::OpenReadOnly). Takes no lock, maps nothing,
// writes nothing.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "storage/local/local_backend.h"
#include "storage/local/segment_files.h"
#include "storage/local/shared_state.h"
#include "storage/local/volume_layout.h"

namespace borealis::storage::local {

class Inspector final : public Backend {
 public:
  explicit Inspector(VolumeDirectory volume);

  const Traits& traits() const override { return traits_; }
  std::string Describe() const override { return volume_.path; }
  Result<std::vector<SegmentId>> ListSegments() override;
  Result<SegmentState> State(const SegmentRef& segment) override;
  Result<Bytes> Read(const SegmentRef& segment, uint64_t offset, size_t length) override;
  Result<Bytes> ReadRaw(const SegmentRef& segment, uint64_t offset, size_t length) override;
  Status WaitForData(const SegmentRef& segment, uint64_t known_end, int64_t timeout_ns) override;
  void Interrupt() override {}
  void ClearInterrupt() override {}
  bool NeedsRecovery() const override { return false; }
  Result<RegisterValue> ReadRegister(std::string_view name) override;
  Result<std::vector<std::string>> ListRegisters(std::string_view prefix) override;
  Result<std::unique_ptr<BlobReader>> OpenBlob(std::string_view name) override;
  Result<std::vector<std::string>> ListBlobs(std::string_view prefix) override;
  Result<std::vector<Hint>> ListHints(std::string_view prefix) override;

  Status CreateSegment(const SegmentRef&) override { return Refuse(); }
  Status DeleteSegment(SegmentId) override { return Refuse(); }
  AppendResult Append(const SegmentRef&, const BatchEncoder&) override;
  Result<uint64_t> Seal(const SegmentRef&, const uint64_t*) override { return Refuse(); }
  Status EndRecovery() override { return Refuse(); }
  Result<uint64_t> SwapRegister(std::string_view, uint64_t, ByteView) override { return Refuse(); }
  Status DeleteRegister(std::string_view, uint64_t) override { return Refuse(); }
  Result<std::unique_ptr<BlobWriter>> CreateBlob(std::string_view) override { return Refuse(); }
  Status DeleteBlob(std::string_view) override { return Refuse(); }
  Result<size_t> SweepBlobs() override { return Refuse(); }
  Status PutHint(std::string_view, ByteView) override { return Refuse(); }
  Status DeleteHint(std::string_view) override { return Refuse(); }

 private:
  static Status Refuse() { return {Code::kUnsupported, "opened for inspection only"}; }
  // What the shared memory says about an open segment; zeros when nobody is attached.
  SegmentState SharedStateOf(const SegmentRef& segment) const;

  const VolumeDirectory volume_;
  const Traits traits_;
  SegmentFiles files_;
};

}  // namespace borealis::storage::local

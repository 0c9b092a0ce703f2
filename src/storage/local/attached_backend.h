// AttachedBackend: LocalBackend as it is when attached; ties the parts of this room together.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "storage/local/attach_lock.h"
#include "storage/local/blob_store.h"
#include "storage/local/group_commit.h"
#include "storage/local/hint_store.h"
#include "storage/local/local_backend.h"
#include "storage/local/register_store.h"
#include "storage/local/segment_table.h"
#include "storage/local/segment_writer.h"
#include "storage/local/spare_segments.h"
#include "storage/local/volume_layout.h"

namespace borealis::storage::local {

// What a process holds of a volume: the directory, its attach locks, the shared memory. Detaches on
// destruction.
struct Attachment {
  VolumeDirectory volume;
  AttachLock lock;
  SharedMapping state;
  bool first = false;  // nobody else was attached: the gate is still ours

  static Result<Attachment> Make(const std::string& path);
};

class AttachedBackend final : public LocalBackend {
 public:
  AttachedBackend(Attachment attachment, const LocalOptions& options);
  // Sweeps leftovers (first to attach) and opens what is active.
  Status Start();

  const Traits& traits() const override { return traits_; }
  std::string Describe() const override { return attachment_.volume.path; }

  Status CreateSegment(const SegmentRef& segment) override { return table_.Create(segment); }
  Status DeleteSegment(SegmentId id) override { return table_.Delete(id); }
  Result<std::vector<SegmentId>> ListSegments() override;
  AppendResult Append(const SegmentRef& segment, const BatchEncoder& encode) override {
    return writer_.Append(segment, encode, nullptr);
  }
  AppendResult AppendPipelined(const SegmentRef& segment, const BatchEncoder& encode,
                               const AppendPlaced& placed) override {
    return writer_.Append(segment, encode, placed);
  }
  Result<uint64_t> Seal(const SegmentRef& segment, const uint64_t* cut) override {
    return writer_.Seal(segment, cut);
  }
  Result<SegmentState> State(const SegmentRef& segment) override;
  Result<Bytes> Read(const SegmentRef& segment, uint64_t offset, size_t length) override;
  Result<Bytes> ReadRaw(const SegmentRef& segment, uint64_t offset, size_t length) override;
  Status WaitForData(const SegmentRef& segment, uint64_t known_end, int64_t timeout_ns) override;
  void Interrupt() override;
  void ClearInterrupt() override { interrupted_ = false; }
  bool NeedsRecovery() const override { return recovering_; }
  Status EndRecovery() override;
  Result<Figures> FiguresOf(const SegmentRef& segment) override;
  Status KeepReserve() override { return reserve_.Keep(options_.segment_bytes_max); }

  Result<RegisterValue> ReadRegister(std::string_view name) override {
    return registers_.Read(name);
  }
  Result<uint64_t> SwapRegister(std::string_view name, uint64_t expected, ByteView value) override {
    return registers_.Swap(name, expected, value);
  }
  Status DeleteRegister(std::string_view name, uint64_t expected) override {
    return registers_.Delete(name, expected);
  }
  Result<std::vector<std::string>> ListRegisters(std::string_view prefix) override {
    return registers_.List(prefix);
  }

  Result<std::unique_ptr<BlobWriter>> CreateBlob(std::string_view name) override {
    return blobs_.Create(name);
  }
  Result<std::unique_ptr<BlobReader>> OpenBlob(std::string_view name) override {
    return blobs_.Open(name);
  }
  Status DeleteBlob(std::string_view name) override { return blobs_.Delete(name); }
  Result<std::vector<std::string>> ListBlobs(std::string_view prefix) override {
    return blobs_.List(prefix);
  }
  Result<size_t> SweepBlobs() override { return blobs_.Sweep(); }

  Status PutHint(std::string_view name, ByteView value) override { return hints_.Put(name, value); }
  Status DeleteHint(std::string_view name) override { return hints_.Delete(name); }
  Result<std::vector<Hint>> ListHints(std::string_view prefix) override {
    return hints_.List(prefix);
  }

 private:
  // How long a reader sleeps at most before it looks again: a committer may die between moving the
  // end and waking.
  static constexpr int64_t kDataLookNs = 1'000'000'000;
  // Longer timeouts are cut to this, so that deadlines do not overflow.
  static constexpr int64_t kDataWaitMaxNs = int64_t{1} << 60;

  const LocalOptions options_;
  const Traits traits_;
  Attachment attachment_;
  HangWatch watch_;
  SegmentFiles files_;
  Reserve reserve_;
  SpareSegments spares_;
  SegmentTable table_;
  GroupCommit commit_;
  SegmentWriter writer_;
  RegisterStore registers_;
  BlobStore blobs_;
  HintStore hints_;
  std::atomic<bool> interrupted_{false};
  std::atomic<bool> recovering_{false};
};

}  // namespace borealis::storage::local

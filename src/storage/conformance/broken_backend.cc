#include "storage/conformance/broken_backend.h"

#include <algorithm>
#include <thread>

#include "storage/memory/memory_backend.h"
#include "storage/names.h"

namespace borealis::storage::conformance {
namespace {

class BrokenBlobWriter : public BlobWriter {
 public:
  BrokenBlobWriter(const BrokenShared& shared, Backend& backend, std::string_view name,
                   std::unique_ptr<BlobWriter> inner,
                   std::vector<std::unique_ptr<BlobWriter>>& debris)
      : shared_(shared),
        backend_(backend),
        name_(name),
        inner_(std::move(inner)),
        debris_(debris) {}

  ~BrokenBlobWriter() override {
    if (shared_.bug == "BlobLeavesDebris") {
      debris_.push_back(std::move(inner_));
    }
  }
  Status Write(ByteView bytes) override {
    RETURN_IF_ERROR(inner_->Write(bytes));
    if (shared_.bug == "BlobIsVisibleEarly" && !early_) {
      early_ = true;
      return inner_->Commit();
    }
    return {};
  }
  Status Commit() override {
    if (early_) {
      return {};
    }
    if (shared_.bug == "BlobIsOverwritten") {
      RETURN_IF_ERROR(backend_.DeleteBlob(name_));
    }
    return inner_->Commit();
  }

 private:
  const BrokenShared& shared_;
  Backend& backend_;
  const std::string name_;
  std::unique_ptr<BlobWriter> inner_;
  std::vector<std::unique_ptr<BlobWriter>>& debris_;
  bool early_ = false;
};

// One broken process. Overrides of MemoryBackend are where the bugs are.
class BrokenBackend : public MemoryBackend {
 public:
  BrokenBackend(std::shared_ptr<MemoryVolume> volume, uint64_t process,
                std::shared_ptr<BrokenShared> shared)
      : MemoryBackend(std::move(volume), process), shared_(std::move(shared)) {
    needed_recovery_ = MemoryBackend::NeedsRecovery();
    if (Has("RecoveryLockIsMissing")) {
      CHECK_OK(MemoryBackend::EndRecovery());
    }
  }

  // For the bug DeathTearsAppend: this process dies in its first append.
  void DieInAppend() { dies_in_append_ = true; }

  Status CreateSegment(const SegmentRef& segment) override {
    const Status status = MemoryBackend::CreateSegment(segment);
    if (status.ok()) {
      MutexLock lock(shared_->mutex);
      shared_->epochs[segment.id] = segment.epoch;
    } else if (Has("SegmentIdIsReused")) {
      return {};
    }
    return status;
  }

  AppendResult Append(const SegmentRef& given, const BatchEncoder& encode) override {
    const SegmentRef segment = Unfenced(given);
    AppendResult result = AppendBroken(segment, encode);
    if (Has("SealIsNoFence") && result.status.code() == Code::kSealed) {
      return {.outcome = AppendOutcome::kOk, .offset = 0, .status = {}};
    }
    return result;
  }

  Result<uint64_t> Seal(const SegmentRef& given, const uint64_t* cut) override {
    const SegmentRef segment = Unfenced(given);
    if (Has("SealSizeIsReadEarly")) {
      ASSIGN_OR_RETURN(const SegmentState before, State(segment));
      std::this_thread::yield();  // where the others get in
      const Result<uint64_t> size = MemoryBackend::Seal(segment, cut);
      return size.ok() ? Result<uint64_t>(before.durable_end) : size;
    }
    if (Has("SealAgainGrows")) {
      ASSIGN_OR_RETURN(const SegmentState before, State(segment));
      ASSIGN_OR_RETURN(const uint64_t size, MemoryBackend::Seal(segment, cut));
      return size + (before.sealed ? 1 : 0);
    }
    const Result<uint64_t> size = MemoryBackend::Seal(segment, cut);
    if (Has("SealCutsLivingBytes") && size.status().code() == Code::kInvalidArgument) {
      return *cut;
    }
    return size;
  }

  Result<SegmentState> State(const SegmentRef& segment) override {
    return MemoryBackend::State(Unfenced(segment));
  }

  Result<Bytes> Read(const SegmentRef& segment, uint64_t offset, size_t length) override {
    ASSIGN_OR_RETURN(Bytes bytes, MemoryBackend::Read(segment, offset, length));
    if (Has("ReadIsNotClipped") && bytes.size() < length) {
      bytes.resize(bytes.size() + 1);
    }
    return bytes;
  }

  Status WaitForData(const SegmentRef& segment, uint64_t known_end, int64_t timeout_ns) override {
    if (Has("WakeUpIsLost")) {
      ASSIGN_OR_RETURN(const SegmentState state, State(segment));
      if (!state.sealed && state.durable_end <= known_end) {  // what comes now goes unnoticed
        RETURN_IF_ERROR(MemoryBackend::WaitForData(segment, UINT64_MAX, timeout_ns));
      }
    }
    return MemoryBackend::WaitForData(segment, known_end, timeout_ns);
  }

  void Interrupt() override {
    if (!Has("InterruptIsLost")) {
      MemoryBackend::Interrupt();
    }
  }

  bool NeedsRecovery() const override {
    if (Has("NobodyRecovers")) {
      return false;
    }
    return Has("RecoveryLockIsMissing") ? needed_recovery_ : MemoryBackend::NeedsRecovery();
  }

  Result<RegisterValue> ReadRegister(std::string_view name) override {
    ASSIGN_OR_RETURN(RegisterValue value, MemoryBackend::ReadRegister(Accepted(name)));
    if (value.version != 0) {
      value.version -= VersionOffset(name);
    }
    return value;
  }

  Result<uint64_t> SwapRegister(std::string_view name, uint64_t expected, ByteView value) override {
    const uint64_t offset = VersionOffset(name);
    if (Has("SwapIgnoresVersion") || Has("SwapIsNotAtomic")) {
      ASSIGN_OR_RETURN(const RegisterValue read, ReadRegister(name));
      if (Has("SwapIsNotAtomic") && read.version != expected) {
        return Status(Code::kConflict, "compared, and then swapped");
      }
      std::this_thread::yield();  // where the others get in
      return SwapWhatever(name, value);
    }
    ASSIGN_OR_RETURN(
        const uint64_t version,
        MemoryBackend::SwapRegister(Accepted(name), expected == 0 ? 0 : expected + offset, value));
    return version - offset;
  }

  Status DeleteRegister(std::string_view name, uint64_t expected) override {
    const uint64_t inner = expected == 0 ? 0 : expected + VersionOffset(name);
    RETURN_IF_ERROR(MemoryBackend::DeleteRegister(Accepted(name), inner));
    if (Has("VersionsStartAgain")) {
      MutexLock lock(shared_->mutex);
      shared_->version_offsets[std::string(name)] = inner;
    }
    return {};
  }

  Result<std::unique_ptr<BlobWriter>> CreateBlob(std::string_view name) override {
    ASSIGN_OR_RETURN(std::unique_ptr<BlobWriter> inner, MemoryBackend::CreateBlob(name));
    return std::unique_ptr<BlobWriter>(
        std::make_unique<BrokenBlobWriter>(*shared_, *this, name, std::move(inner), debris_));
  }

  Status PutHint(std::string_view name, ByteView value) override {
    if (Has("FirstHintWins")) {
      ASSIGN_OR_RETURN(const std::vector<Hint> hints, ListHints(name));
      if (!hints.empty() && hints.front().name == name) {
        return {};
      }
    }
    return MemoryBackend::PutHint(name, value);
  }

 private:
  bool Has(std::string_view bug) const { return shared_->bug == bug; }

  SegmentRef Unfenced(SegmentRef segment) {
    MutexLock lock(shared_->mutex);
    const auto it = shared_->epochs.find(segment.id);
    if (Has("EpochIsIgnored") && it != shared_->epochs.end()) {
      segment.epoch = it->second;
    }
    return segment;
  }

  AppendResult AppendBroken(const SegmentRef& segment, const BatchEncoder& encode) {
    static constexpr std::byte kPadding{};
    ByteView second_half;
    AppendResult result = MemoryBackend::Append(segment, [&](AppendPlace place) -> ByteView {
      if (Has("PlaceIsOffByOne") && place.offset != AppendPlace::kFloating) {
        ++place.offset;
      }
      const ByteView bytes = encode(place);
      if (bytes.empty() && Has("AppendIgnoresDecline")) {
        return {&kPadding, 1};
      }
      if (bytes.size() > 1 && (Has("AppendIsTwoAppends") || dies_in_append_)) {
        second_half = bytes.subspan(bytes.size() / 2);
        return bytes.first(bytes.size() / 2);
      }
      return bytes;
    });
    if (dies_in_append_) {
      Crash();
    } else if (!second_half.empty() && result.outcome == AppendOutcome::kOk) {
      std::this_thread::yield();  // where the others get in
      result.status = AppendBytes(second_half, segment);
    }
    return result;
  }

  Status AppendBytes(ByteView bytes, const SegmentRef& segment) {
    return MemoryBackend::Append(segment, [&](const AppendPlace&) { return bytes; }).status;
  }

  Result<uint64_t> SwapWhatever(std::string_view name, ByteView value) {
    while (true) {
      ASSIGN_OR_RETURN(const RegisterValue read, MemoryBackend::ReadRegister(name));
      Result<uint64_t> swap = MemoryBackend::SwapRegister(name, read.version, value);
      if (swap.ok() || swap.status().code() != Code::kConflict) {
        return swap;
      }
    }
  }

  uint64_t VersionOffset(std::string_view name) {
    MutexLock lock(shared_->mutex);
    const auto it = shared_->version_offsets.find(name);
    return it == shared_->version_offsets.end() ? 0 : it->second;
  }

  std::string_view Accepted(std::string_view name) const {
    return Has("NamesAreNotChecked") && !CheckRegisterName(name).ok() ? "x" : name;
  }

  const std::shared_ptr<BrokenShared> shared_;  // shared: belongs to the volume and its processes
  std::vector<std::unique_ptr<BlobWriter>> debris_;
  bool needed_recovery_ = false;
  bool dies_in_append_ = false;
};

class BrokenVolume : public Volume {
 public:
  explicit BrokenVolume(std::string_view bug)
      : shared_(std::make_shared<BrokenShared>()), volume_(MemoryVolume::Create({})) {
    shared_->bug = bug;
  }

  std::unique_ptr<Backend> Attach() override { return AttachBroken(); }

  bool RunAndCrash(CrashPoint point, const std::function<void(Dying&)>& work) override {
    if (point != CrashPoint::kBetweenCalls && shared_->bug != "DeathTearsAppend") {
      return false;
    }
    auto process = AttachBroken();
    if (point != CrashPoint::kBetweenCalls) {
      process->DieInAppend();
    }
    Dying dying{.backend = *process, .open_writers = {}};
    work(dying);
    process->Crash();
    return true;
  }

  bool PowerLoss() override {
    volume_->CrashAll();
    if (shared_->bug == "AcknowledgesUnsynced") {
      MutexLock lock(volume_->mutex);
      for (auto& [id, segment] : volume_->segments.all()) {
        segment.media.resize(segment.media.size() / 2);
      }
    }
    return true;
  }

  // Says that the sync failed; the bug is that nothing comes of it.
  bool FailNextSync() override { return shared_->bug == "SyncFailureIsRetried"; }

 private:
  std::unique_ptr<BrokenBackend> AttachBroken() {
    return std::make_unique<BrokenBackend>(volume_, volume_->AdmitProcess(), shared_);
  }

  const std::shared_ptr<BrokenShared> shared_;
  const std::shared_ptr<MemoryVolume> volume_;
};

}  // namespace

std::unique_ptr<Volume> MakeBrokenVolume(std::string_view bug) {
  return std::make_unique<BrokenVolume>(bug);
}

}  // namespace borealis::storage::conformance

#include "storage/faulty/faulty_volume.h"

#include <algorithm>

#include "storage/faulty/faulty_backend.h"

namespace borealis::storage {
namespace {

constexpr uint64_t kSectorBytes = 512;

MemoryOptions MediumOptions(const FaultyOptions& options, FaultPlan& plan) {
  return {
      .traits = options.traits,
      .name = options.name,
      .full_crash_loses_ends = true,
      .full_crash_loses_seal = [&plan] { return plan.Draw(Call::kRestart, 0) == Fault::kSealLost; },
      .waits_block = !options.single_threaded};
}

bool FlipBitOf(Bytes& bytes, uint64_t offset, unsigned bit) {
  if (offset >= bytes.size() || bit > 7) {
    return false;
  }
  bytes[offset] ^= static_cast<std::byte>(1u << bit);
  return true;
}

bool TruncateTo(Bytes& bytes, uint64_t size) {
  if (size > bytes.size()) {
    return false;
  }
  bytes.resize(size);
  return true;
}

}  // namespace

std::shared_ptr<FaultyVolume> FaultyVolume::Create(FaultyOptions options, RandomSource random) {
  return std::make_shared<FaultyVolume>(std::move(options), std::move(random));
}

FaultyVolume::FaultyVolume(FaultyOptions options, RandomSource random)
    : options_(std::move(options)),
      plan_(std::move(random)),
      medium_(MemoryVolume::Create(MediumOptions(options_, plan_))) {}

std::unique_ptr<FaultyBackend> FaultyVolume::Attach() {
  return std::make_unique<FaultyBackend>(shared_from_this(), medium_->AdmitProcess());
}

Result<std::unique_ptr<FaultyBackend>> FaultyVolume::TryAttach() {
  ASSIGN_OR_RETURN(const uint64_t process, medium_->TryAdmitProcess());
  return std::make_unique<FaultyBackend>(shared_from_this(), process);
}

void FaultyVolume::CrashAll() {
  MutexLock lock(mutex_);
  medium_->CrashAll();
}

void FaultyVolume::PowerLoss(Tear tear) {
  MutexLock lock(mutex_);
  pending_.clear();
  MutexLock medium_lock(medium_->mutex);
  medium_->CrashAllLocked();
  medium_->hints.Clear();
  for (auto& [id, segment] : medium_->segments.all()) {
    TearSegment(segment, tear);
  }
}

void FaultyVolume::TearSegment(Segment& segment, Tear tear) {
  const uint64_t low = segment.synced_end;
  const uint64_t high = std::min<uint64_t>(segment.dirty_end, segment.media.size());
  if (low < high) {
    if (tear == Tear::kRandom) {
      constexpr Tear kChoices[] = {Tear::kLoseAll, Tear::kKeepAll, Tear::kPrefix, Tear::kHoles};
      tear = kChoices[plan_.Below(std::size(kChoices))];
    }
    const uint64_t first = low / kSectorBytes;
    const uint64_t end = (high - 1) / kSectorBytes + 1;
    const uint64_t prefix_end =
        tear == Tear::kPrefix ? first + plan_.Below(end - first + 1) : uint64_t{0};
    uint64_t kept_end = low;
    for (uint64_t sector = first; sector < end; ++sector) {
      const uint64_t from = std::max(sector * kSectorBytes, low);
      const uint64_t to = std::min((sector + 1) * kSectorBytes, high);
      if (tear == Tear::kKeepAll || (tear == Tear::kPrefix && sector < prefix_end) ||
          (tear == Tear::kHoles && plan_.Below(2) == 0)) {
        kept_end = to;
        continue;
      }
      for (uint64_t at = from; at < to; ++at) {
        segment.media[at] = at < segment.base.size() ? segment.base[at] : std::byte{0};
      }
    }
    segment.media.resize(std::max<uint64_t>(kept_end, segment.base.size()));
  }
  // What is there now was read back from the platter: it stays.
  segment.synced_end = segment.media.size();
  segment.dirty_end = segment.media.size();
  segment.written_end = segment.durable_end;
}

size_t FaultyVolume::PendingCount() const {
  MutexLock lock(mutex_);
  return pending_.size();
}

size_t FaultyVolume::LandPending() {
  MutexLock lock(mutex_);
  size_t landed = 0;
  for (const Pending& pending : pending_) {
    landed += LandLocked(pending) ? 1 : 0;
  }
  pending_.clear();
  return landed;
}

void FaultyVolume::DropPending() {
  MutexLock lock(mutex_);
  pending_.clear();
}

void FaultyVolume::SetPendingRates(double lands, double vanishes) {
  CHECK(lands >= 0 && vanishes >= 0 && lands + vanishes <= 1);
  MutexLock lock(mutex_);
  pending_lands_ = lands;
  pending_vanishes_ = vanishes;
}

void FaultyVolume::StepPendingLocked() {
  std::vector<Pending> left;
  for (Pending& pending : pending_) {
    if (plan_.Chance(pending_lands_)) {
      LandLocked(pending);
    } else if (!plan_.Chance(pending_vanishes_)) {
      left.push_back(std::move(pending));
    }
  }
  pending_ = std::move(left);
}

bool FaultyVolume::LandLocked(const Pending& pending) {
  MutexLock medium_lock(medium_->mutex);
  SegmentTable& segments = medium_->segments;
  const Result<Segment*> found = segments.FindOpen(pending.segment);
  if (!found.ok() || (*found)->incarnation != pending.incarnation ||
      !segments.CheckFits(pending.segment, **found, pending.bytes.size()).ok()) {
    return false;
  }
  Segment& segment = **found;
  if (options_.traits.positioned_appends && segment.written_end != pending.offset) {
    return false;
  }
  segments.Write(segment, pending.bytes, medium_->generation);
  segments.Sync(segment);
  medium_->changed.NotifyAll();
  return true;
}

void FaultyVolume::SetByteBudget(std::optional<uint64_t> bytes) {
  MutexLock lock(mutex_);
  byte_budget_ = bytes;
}

uint64_t FaultyVolume::BytesUsed() const {
  MutexLock medium_lock(medium_->mutex);
  return medium_->BytesUsedLocked();
}

Status FaultyVolume::CheckSpaceLocked(uint64_t used, uint64_t growth) const {
  if (byte_budget_ && growth > 0 && used + growth > *byte_budget_) {
    return {Code::kNoSpace, fmt::format("{}: {} bytes more do not fit, {} of {} are used",
                                        options_.name, growth, used, *byte_budget_)};
  }
  return {};
}

uint64_t FaultyVolume::SyncedEnd(SegmentId segment) const {
  MutexLock medium_lock(medium_->mutex);
  const Segment* const found = medium_->segments.Peek(segment);
  return found == nullptr ? UINT64_MAX : found->synced_end;
}

Bytes FaultyVolume::BaseForSegmentLocked() {
  if (options_.recycle_segments && !leftovers_.empty()) {
    const auto chosen = leftovers_.begin() + static_cast<ptrdiff_t>(plan_.Below(leftovers_.size()));
    Bytes base = std::move(*chosen);
    leftovers_.erase(chosen);
    return base;
  }
  return Bytes(options_.prewritten_bytes);
}

bool FaultyVolume::FlipBit(SegmentId segment, uint64_t offset, unsigned bit) {
  MutexLock medium_lock(medium_->mutex);
  Segment* const found = medium_->segments.Peek(segment);
  return found != nullptr && FlipBitOf(found->media, offset, bit);
}

bool FaultyVolume::Truncate(SegmentId segment, uint64_t size) {
  MutexLock medium_lock(medium_->mutex);
  Segment* const found = medium_->segments.Peek(segment);
  return found != nullptr && TruncateTo(found->media, size);
}

bool FaultyVolume::FlipBlobBit(std::string_view name, uint64_t offset, unsigned bit) {
  MutexLock medium_lock(medium_->mutex);
  const auto found = medium_->blobs.Peek(name);
  return found != nullptr && FlipBitOf(found->content, offset, bit);
}

bool FaultyVolume::TruncateBlob(std::string_view name, uint64_t size) {
  MutexLock medium_lock(medium_->mutex);
  const auto found = medium_->blobs.Peek(name);
  return found != nullptr && TruncateTo(found->content, size);
}

}  // namespace borealis::storage

// SegmentTable: the segments of a volume held in memory, with the two ends that a real medium has:
// what was written and what was synced. MemoryBackend does both at once; the faulty backend splits
// them, loses one, or tears the bytes between.
//
// Per segment: durable_end <= written_end <= dirty_end <= media.size(). Bytes in
// [written_end, dirty_end) are debris of an appender that died in the middle of a write; bytes past
// dirty_end are what the medium held before (zeros of a pre-written file, leftovers of a recycled
// one). Not thread-safe: guarded by the mutex of MemoryVolume.
//
// durable_end and written_end are what processes know, and may be lost with the last of them;
// synced_end is the medium's own: what is below it survives a power loss.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "storage/backend.h"

namespace borealis::storage {

struct Segment {
  Epoch epoch;
  uint64_t incarnation = 0;  // distinguishes segments that had the same id, one after the other
  Bytes media;
  Bytes base;  // what the medium held at creation: unsynced bytes fall back to it
  uint64_t durable_end = 0;
  uint64_t written_end = 0;
  uint64_t dirty_end = 0;
  uint64_t synced_end = 0;
  bool sealed = false;
  bool poisoned = false;     // S6
  bool broken_tail = false;  // an appender died in the middle of a write
  // No process lived on: both ends are unknown (0) until recovery seals at a size it validated.
  bool end_lost = false;
  // Generation of attached processes that appended last; 0 = none.
  uint64_t appended_in = 0;
};

class SegmentTable {
 public:
  explicit SegmentTable(const Traits& traits) : traits_(traits) {}

  // `base`: what the medium holds there already. kAlreadyExists.
  Status Create(const SegmentRef& ref, Bytes base);
  void Delete(SegmentId id) { segments_.erase(id); }
  std::vector<SegmentId> List() const;

  // kNotFound, kFenced. The pointer is valid until the segment is deleted.
  Result<Segment*> Find(const SegmentRef& ref);
  // Find, and kSealed unless an append may go on.
  Result<Segment*> FindOpen(const SegmentRef& ref);
  // For inspection and damage, whatever the epoch; nullptr when absent.
  Segment* Peek(SegmentId id);

  // Where the next append goes.
  AppendPlace PlaceOf(const Segment& segment) const;
  // kInvalidArgument (larger than one append), kSealed (does not fit), or Ok.
  Status CheckFits(const SegmentRef& ref, const Segment& segment, size_t bytes) const;
  // Bytes by which the medium grows when `bytes` are appended.
  static uint64_t Growth(const Segment& segment, size_t bytes);
  // Accepts the bytes at written_end; they are not durable. Returns their offset.
  uint64_t Write(Segment& segment, ByteView bytes, uint64_t generation);
  // Leaves the bytes at written_end as an appender does that died while it wrote them.
  void WriteDebris(Segment& segment, ByteView bytes, uint64_t generation);
  // Everything written is durable. REQUIRES: not poisoned.
  void Sync(Segment& segment);

  // As Backend::Seal; `generation` counts the present attached processes' epoch of life.
  Result<uint64_t> Seal(const SegmentRef& ref, const uint64_t* cut, uint64_t generation);
  static SegmentState StateOf(const Segment& segment, const Traits& traits);
  static Result<Bytes> Read(const SegmentRef& ref, const Segment& segment, uint64_t offset,
                            size_t length);
  // What the medium holds; only what is durable where it shows nothing else (!tail_may_tear).
  Bytes ReadRaw(const Segment& segment, uint64_t offset, size_t length) const;

  // After a moment without processes: an unsealed segment's ends are unknown, and a sealed one's
  // too where `loses_seal` says so.
  void ForgetEnds(const std::function<bool()>& loses_seal);

  std::map<SegmentId, Segment>& all() { return segments_; }
  // Bytes that the segments' media take.
  uint64_t BytesUsed() const;

 private:
  static void Place(Segment& segment, ByteView bytes);

  const Traits traits_;
  uint64_t incarnations_ = 0;
  std::map<SegmentId, Segment> segments_;
};

}  // namespace borealis::storage

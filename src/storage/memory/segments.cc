#include "storage/memory/segments.h"

#include <algorithm>

namespace borealis::storage {
namespace {

Bytes Slice(const Bytes& bytes, uint64_t offset, uint64_t length, uint64_t end) {
  const uint64_t limit = std::min<uint64_t>(end, bytes.size());
  if (offset >= limit) {
    return {};
  }
  const uint64_t count = std::min(length, limit - offset);
  const auto first = bytes.begin() + static_cast<ptrdiff_t>(offset);
  return {first, first + static_cast<ptrdiff_t>(count)};
}

}  // namespace

Status SegmentTable::Create(const SegmentRef& ref, Bytes base) {
  const auto [it, inserted] = segments_.try_emplace(ref.id);
  if (!inserted) {
    return {Code::kAlreadyExists, fmt::format("segment {} already exists", ref.id)};
  }
  it->second.epoch = ref.epoch;
  it->second.incarnation = ++incarnations_;
  it->second.media = base;
  it->second.base = std::move(base);
  return {};
}

std::vector<SegmentId> SegmentTable::List() const {
  std::vector<SegmentId> ids;
  ids.reserve(segments_.size());
  for (const auto& [id, segment] : segments_) {
    ids.push_back(id);
  }
  return ids;
}

Segment* SegmentTable::Peek(SegmentId id) {
  const auto it = segments_.find(id);
  return it == segments_.end() ? nullptr : &it->second;
}

Result<Segment*> SegmentTable::Find(const SegmentRef& ref) {
  Segment* segment = Peek(ref.id);
  if (segment == nullptr) {
    return Status(Code::kNotFound, fmt::format("segment {} does not exist", ref.id));
  }
  if (segment->epoch != ref.epoch) {
    return Status(Code::kFenced, fmt::format("segment {} lives in epoch {}, not {}", ref.id,
                                             segment->epoch, ref.epoch));
  }
  return segment;
}

Result<Segment*> SegmentTable::FindOpen(const SegmentRef& ref) {
  ASSIGN_OR_RETURN(Segment * segment, Find(ref));
  const SegmentState state = StateOf(*segment, traits_);
  if (state.sealed || state.must_seal) {
    return Status(Code::kSealed, fmt::format("segment {} takes no more appends", ref.id));
  }
  return segment;
}

AppendPlace SegmentTable::PlaceOf(const Segment& segment) const {
  return {.offset = traits_.positioned_appends ? segment.written_end : AppendPlace::kFloating,
          .durable_end = segment.durable_end};
}

Status SegmentTable::CheckFits(const SegmentRef& ref, const Segment& segment, size_t bytes) const {
  if (bytes > traits_.append_bytes_max) {
    return {Code::kInvalidArgument, fmt::format("segment {}: append of {} bytes, at most {} fit",
                                                ref.id, bytes, traits_.append_bytes_max)};
  }
  if (bytes > traits_.segment_bytes_max - segment.written_end) {
    return {Code::kSealed,
            fmt::format("segment {} is full at {} bytes", ref.id, segment.written_end)};
  }
  return {};
}

uint64_t SegmentTable::Growth(const Segment& segment, size_t bytes) {
  const uint64_t end = segment.written_end + bytes;
  return end > segment.media.size() ? end - segment.media.size() : 0;
}

void SegmentTable::Place(Segment& segment, ByteView bytes) {
  const uint64_t end = segment.written_end + bytes.size();
  segment.dirty_end = std::max(segment.dirty_end, end);
  segment.media.resize(std::max<size_t>(segment.media.size(), end));
  std::copy(bytes.begin(), bytes.end(),
            segment.media.begin() + static_cast<ptrdiff_t>(segment.written_end));
}

uint64_t SegmentTable::Write(Segment& segment, ByteView bytes, uint64_t generation) {
  Place(segment, bytes);
  const uint64_t offset = segment.written_end;
  segment.written_end += bytes.size();
  segment.appended_in = generation;
  return offset;
}

void SegmentTable::WriteDebris(Segment& segment, ByteView bytes, uint64_t generation) {
  Place(segment, bytes);
  segment.broken_tail = true;
  segment.appended_in = generation;
}

void SegmentTable::Sync(Segment& segment) {
  CHECK(!segment.poisoned);
  segment.durable_end = segment.written_end;
  segment.synced_end = std::max(segment.synced_end, segment.written_end);
}

Result<uint64_t> SegmentTable::Seal(const SegmentRef& ref, const uint64_t* cut,
                                    uint64_t generation) {
  ASSIGN_OR_RETURN(Segment * segment, Find(ref));
  if (segment->sealed) {
    return segment->durable_end;
  }
  const auto refuse = [&](const char* why) {
    return Status(Code::kInvalidArgument, fmt::format("segment {}: can't be sealed{}: {}", ref.id,
                                                      cut ? fmt::format(" at {}", *cut) : "", why));
  };
  if (cut == nullptr) {
    if (segment->end_lost) {
      return refuse("its end was lost in a full crash; recovery must name the size");
    }
    if (!segment->poisoned) {
      Sync(*segment);
    }
  } else {
    if (*cut > segment->media.size()) {
      return refuse("the medium has fewer bytes");
    }
    if (segment->appended_in == generation && *cut < segment->durable_end) {
      return refuse("a living process made more than that durable");
    }
    if (segment->poisoned && *cut > segment->durable_end) {
      return refuse("a sync of the bytes above failed");
    }
    segment->durable_end = *cut;
    segment->synced_end = std::max(segment->synced_end, *cut);
  }
  segment->written_end = segment->durable_end;
  segment->sealed = true;
  segment->end_lost = false;
  return segment->durable_end;
}

SegmentState SegmentTable::StateOf(const Segment& segment, const Traits& traits) {
  return {.durable_end = segment.durable_end,
          .written_end = segment.written_end,
          .sealed = segment.sealed,
          .must_seal =
              !segment.sealed && (segment.poisoned || segment.broken_tail || segment.end_lost ||
                                  segment.written_end >= traits.segment_bytes_max)};
}

Result<Bytes> SegmentTable::Read(const SegmentRef& ref, const Segment& segment, uint64_t offset,
                                 size_t length) {
  if (segment.media.size() < segment.durable_end) {
    return Status(Code::kCorruption,
                  fmt::format("segment {}: {} of {} durable bytes are left on the medium", ref.id,
                              segment.media.size(), segment.durable_end));
  }
  return Slice(segment.media, offset, length, segment.durable_end);
}

Bytes SegmentTable::ReadRaw(const Segment& segment, uint64_t offset, size_t length) const {
  return Slice(segment.media, offset, length,
               traits_.tail_may_tear ? segment.media.size() : segment.durable_end);
}

void SegmentTable::ForgetEnds(const std::function<bool()>& loses_seal) {
  for (auto& [id, segment] : segments_) {
    if (segment.sealed && (!loses_seal || !loses_seal())) {
      continue;
    }
    segment.end_lost = true;
    segment.sealed = false;
    segment.poisoned = false;
    segment.broken_tail = false;
    segment.durable_end = 0;
    segment.written_end = 0;
  }
}

uint64_t SegmentTable::BytesUsed() const {
  uint64_t bytes = 0;
  for (const auto& [id, segment] : segments_) {
    bytes += segment.media.size();
  }
  return bytes;
}

}  // namespace borealis::storage

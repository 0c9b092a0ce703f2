// The operations of SegmentChain that change the chain.
#include <algorithm>

#include "base/log.h"
#include "log/seeded_bugs.h"
#include "log/segment_chain.h"

namespace borealis::log {

size_t CountDroppable(const Chain& chain, SegmentId keep) {
  SegmentId needed = keep;
  for (const ChainEntry& entry : chain.entries) {
    if (entry.segment.id >= keep && entry.sealed) needed = std::min(needed, entry.oldest_chunk);
  }
  size_t count = 0;
  while (count + 1 < chain.entries.size() && chain.entries[count].segment.id < needed) ++count;
  return count;
}

Result<uint64_t> MediumBytes(storage::Backend& backend, const storage::SegmentRef& segment) {
  const storage::Traits& traits = backend.traits();
  if (!traits.tail_may_tear || traits.segment_bytes_max == 0) return uint64_t{0};
  ASSIGN_OR_RETURN(const Bytes last, backend.ReadRaw(segment, traits.segment_bytes_max - 1, 1));
  return last.empty() ? uint64_t{0} : traits.segment_bytes_max;
}

Status SegmentChain::Roll(const storage::SegmentRef& from) {
  MutexLock lock(roll_mutex_);
  for (int attempt = 0; attempt < kRollAttemptsMax; ++attempt) {
    ASSIGN_OR_RETURN(const std::shared_ptr<const Chain> chain, Refresh());
    if (!(chain->entries.back().segment == from)) return {};
    const auto dropped = TryRoll(*chain, SegmentId{0}, Successor::kShared);
    if (dropped.ok()) return {};
    if (dropped.status().code() != Code::kConflict) return dropped.status();
  }
  return {Code::kUnavailable,
          fmt::format("{}: the segment chain keeps changing; try again", backend_.Describe())};
}

Status SegmentChain::Prepare(const storage::SegmentRef& from) {
  MutexLock lock(roll_mutex_);
  if (prepared_for_ == from) return {};
  const ChainEntry open = Open();
  if (!(open.segment == from)) return {};
  ASSIGN_OR_RETURN(prepared_, MakeSuccessor(open, Successor::kShared));
  prepared_for_ = from;
  return {};
}

Result<uint64_t> SegmentChain::Trim(const Position& keep) {
  std::vector<ChainEntry> dropped;
  {
    MutexLock lock(roll_mutex_);
    for (int attempt = 0; dropped.empty(); ++attempt) {
      if (attempt == kRollAttemptsMax) {
        return Status(Code::kUnavailable, "trim: the segment chain keeps changing; try again");
      }
      ASSIGN_OR_RETURN(const std::shared_ptr<const Chain> chain, Refresh());
      if (keep.segment > chain->entries.back().segment.id) {
        return Status(Code::kInvalidArgument,
                      fmt::format("trim: position {} is past the end of the log", keep));
      }
      if (CountDroppable(*chain, keep.segment) == 0) return uint64_t{0};
      auto rolled = TryRoll(*chain, keep.segment, Successor::kOwn);
      if (rolled.ok() && rolled->empty()) return uint64_t{0};
      if (!rolled.ok() && rolled.status().code() != Code::kConflict) return rolled.status();
      if (rolled.ok()) dropped = std::move(rolled).value();
      // Another roll won: the successor made for this one would be in the way of the next.
      if (!rolled.ok()) RETURN_IF_ERROR(Sweep());
    }
  }
  uint64_t bytes = 0;
  for (const ChainEntry& entry : dropped) {
    const Status deleted = backend_.DeleteSegment(entry.segment.id);
    if (deleted.ok()) {
      bytes += entry.final_size;
    } else {  // the next sweep takes it
      LogWarning("segment {} was trimmed but not deleted: {}", entry.segment.id,
                 deleted.ToString());
    }
  }
  const Status swept = Sweep();
  if (!swept.ok()) LogWarning("sweeping segments: {}", swept.ToString());
  return bytes;
}

Status SegmentChain::Sweep() {
  // Listed first: a segment that a chain read later does not name, below its open one, can never be
  // named again, for ids only grow. One above may be another process's successor in the making.
  ASSIGN_OR_RETURN(const std::vector<SegmentId> listed, backend_.ListSegments());
  ASSIGN_OR_RETURN(const std::shared_ptr<const Chain> chain, Refresh());
  for (const SegmentId id : listed) {
    if (id < chain->entries.back().segment.id && FindEntry(*chain, id) == nullptr) {
      RETURN_IF_ERROR(backend_.DeleteSegment(id));
    }
  }
  return {};
}

bool SegmentChain::IsUnused(const storage::SegmentRef& segment) {
  const Result<storage::SegmentState> state = backend_.State(segment);
  return state.ok() && !state->sealed && !state->must_seal && state->written_end == 0;
}

Result<storage::SegmentRef> SegmentChain::MakeSuccessor(const ChainEntry& open, Successor kind) {
  if (prepared_for_ == open.segment) return prepared_;
  storage::SegmentRef successor{{open.segment.id.value + 1}, {open.segment.epoch.value + 1}};
  if (kind == Successor::kOwn) {
    if (IsUnused(successor)) return successor;
    ++successor.epoch.value;
  }
  for (int i = 0; i < kSuccessorIdsMax; ++i, ++successor.id.value) {
    const Status created = backend_.CreateSegment(successor);
    if (created.ok()) return successor;
    if (created.code() != Code::kAlreadyExists) return created;
    // Made by another process that rolls now, or that died before it swapped the chain.
    if (IsUnused(successor)) return successor;
    ASSIGN_OR_RETURN(const std::shared_ptr<const Chain> chain, Refresh());
    if (!(chain->entries.back().segment == open.segment)) {
      return Status(Code::kConflict, "the chain moved on");
    }
  }
  return Status(Code::kUnavailable, fmt::format("{}: no free segment id after {}",
                                                backend_.Describe(), open.segment.id));
}

Result<std::vector<ChainEntry>> SegmentChain::TryRoll(const Chain& chain, SegmentId keep,
                                                      Successor kind) {
  Chain next = chain;
  ChainEntry& last = next.entries.back();
  ASSIGN_OR_RETURN(const storage::SegmentRef successor, MakeSuccessor(last, kind));
  const Result<uint64_t> final_size = backend_.Seal(last.segment);
  if (!final_size.ok()) {
    const Code code = final_size.status().code();
    // Gone or reused: the chain must have moved on meanwhile.
    if (code == Code::kNotFound || code == Code::kFenced) {
      ASSIGN_OR_RETURN(const std::shared_ptr<const Chain> now, Refresh());
      if (now->version != chain.version) return Status(Code::kConflict, "the chain moved on");
      return Status(Code::kCorruption,
                    fmt::format("the open segment is not what the chain says: {}",
                                final_size.status().ToString()));
    }
    return final_size.status();
  }
  ASSIGN_OR_RETURN(const SegmentCount count, CountTo(last, *final_size, false));
  const Result<uint64_t> medium_bytes = MediumBytes(backend_, successor);
  if (!medium_bytes.ok()) {
    prepared_for_ = {};
    // Another rolled to it, and it was trimmed since.
    const bool gone = medium_bytes.status().code() == Code::kNotFound;
    return gone ? Status(Code::kConflict, "the chain moved on") : medium_bytes.status();
  }
  last.final_size = *final_size;
  last.oldest_chunk = count.oldest_chunk;
  last.sealed = true;
  next.entries.push_back({.segment = successor,
                          .before = count.seqno,
                          .time_before_us = count.time_us,
                          .medium_bytes = *medium_bytes});
  const auto cut = next.entries.begin() + static_cast<ptrdiff_t>(CountDroppable(next, keep));
  std::vector<ChainEntry> dropped(next.entries.begin(), cut);
  next.entries.erase(next.entries.begin(), cut);
  RETURN_IF_ERROR(Swap(std::move(next)));
  return dropped;
}

Status SegmentChain::Swap(Chain chain) {
  const Bytes bytes = EncodeChain(chain, identity_.volume);
  for (int attempt = 0; attempt < kSwapAttemptsMax; ++attempt) {
    const Result<uint64_t> version = backend_.SwapRegister(kChainRegister, chain.version, bytes);
    if (version.ok()) {
      chain.version = *version;
      Adopt(std::move(chain));
      return {};
    }
    const Code code = version.status().code();
    if (code == Code::kUnknown && Seeded(SeededBug::kAssumeSwapped)) {
      chain.version += 1;
      Adopt(std::move(chain));
      return {};
    }
    if (code != Code::kConflict && code != Code::kUnknown) return version.status();
    // A swap of unknown outcome may land late, but only on the version it expects: once that is
    // gone, what is there now is final. Trying again with the same bytes is harmless.
    ASSIGN_OR_RETURN(const storage::RegisterValue now, backend_.ReadRegister(kChainRegister));
    if (now.version != chain.version) {
      if (now.value != bytes) return {Code::kConflict, "the chain moved on"};
      chain.version = now.version;
      Adopt(std::move(chain));
      return {};
    }
  }
  return {
      Code::kUnavailable,
      fmt::format("{}: the outcome of a chain swap stays unknown; try again", backend_.Describe())};
}

}  // namespace borealis::log

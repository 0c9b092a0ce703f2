#include "snapshot/cache_state.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>

#include "base/codec.h"
#include "snapshot/envelope.h"

namespace borealis::snapshot {
namespace {

constexpr EnvelopeFormat kFormat = {"BRLCACHE", kCacheStateVersion, kCacheSeed, "cache state",
                                    "cache"};
constexpr size_t kFileBytesMax = 4096;
constexpr size_t kNodeBytesMax = 255;

std::string PathIn(const std::string& datadir) { return datadir + "/" + kCacheStateFile; }

bool IsLost(const CacheState& state) { return state.condition >= CacheCondition::kInconsistent; }

// One line of bounded length.
std::string Tidy(const std::string& reason) {
  std::string text = reason.substr(0, kReasonBytesMax);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return text;
}

bool IsValid(const CacheState& state) {
  const bool known =
      state.condition >= CacheCondition::kSafe && state.condition <= CacheCondition::kDiscarded;
  return known && state.at.value >= -1 && state.restored.value >= -1 &&
         state.last_isolated.value >= -1 && state.node.size() <= kNodeBytesMax &&
         state.reason.size() <= kReasonBytesMax;
}

}  // namespace

const char* CacheConditionName(CacheCondition condition) {
  switch (condition) {
    case CacheCondition::kSafe:
      return "safe";
    case CacheCondition::kUnsafe:
      return "unsafe";
    case CacheCondition::kInconsistent:
      return "inconsistent";
    case CacheCondition::kDiscarded:
      return "discarded";
  }
  return "invalid";
}

std::optional<Seqno> HeldSkipped(const CacheState& state, Seqno position,
                                 const std::vector<Seqno>& skipped) {
  for (size_t i = state.skips; i < skipped.size(); ++i) {
    if (position >= skipped[i]) return skipped[i];
  }
  return std::nullopt;
}

Bytes EncodeCacheState(const CacheState& state) {
  Bytes payload;
  Encoder inner(payload);
  inner.Raw(std::as_bytes(std::span(state.volume.bytes)));
  inner.Int(state.condition);
  inner.Int(state.at.value);
  inner.Int(state.restored.value);
  inner.Int(state.last_isolated.value);
  inner.Int(state.skips);
  inner.Text(state.node);
  inner.Text(Tidy(state.reason));
  return Wrap(kFormat, payload);
}

Result<CacheState> DecodeCacheState(ByteView bytes) {
  ASSIGN_OR_RETURN(const Unwrapped unwrapped, Unwrap(kFormat, bytes));
  Decoder inner(unwrapped.payload);
  CacheState state;
  const ByteView volume = inner.Raw(state.volume.bytes.size());
  state.condition = inner.Int<CacheCondition>();
  state.at.value = inner.Int<int64_t>();
  state.restored.value = inner.Int<int64_t>();
  state.last_isolated.value = inner.Int<int64_t>();
  if (unwrapped.version >= 2) state.skips = inner.Int<uint32_t>();
  state.node = inner.Text();
  state.reason = inner.Text();
  if (!inner.done() || !IsValid(state)) {
    return Status(Code::kCorruption, "damaged cache state: fields");
  }
  std::memcpy(state.volume.bytes.data(), volume.data(), volume.size());
  return state;
}

Result<CacheState> ReadCacheState(const std::string& datadir) {
  ASSIGN_OR_RETURN(const Bytes bytes, ReadFile(PathIn(datadir), kFileBytesMax));
  auto state = DecodeCacheState(bytes);
  return state.ok() ? state : state.status().WithContext(PathIn(datadir));
}

Status WriteCacheState(const std::string& datadir, const CacheState& state, Durability durability) {
  return WriteFileAtomically(PathIn(datadir), EncodeCacheState(state), durability);
}

Result<std::unique_ptr<CacheStateFile>> CacheStateFile::Open(const std::string& datadir) {
  ASSIGN_OR_RETURN(CacheState state, ReadCacheState(datadir));
  return std::unique_ptr<CacheStateFile>(new CacheStateFile(datadir, std::move(state)));
}

CacheState CacheStateFile::state() const {
  MutexLock lock(mutex_);
  return state_;
}

Status CacheStateFile::MarkUnsafe(Seqno seqno) {
  MutexLock lock(mutex_);
  CacheState next = state_;
  if (IsLost(next)) {
    return {Code::kAborted, fmt::format("the cache is {}", CacheConditionName(next.condition))};
  }
  next.condition = CacheCondition::kUnsafe;
  next.at = seqno;
  next.last_isolated = seqno;
  RETURN_IF_ERROR(WriteCacheState(datadir_, next, Durability::kDurable));
  state_ = next;
  return Status::Ok();
}

Status CacheStateFile::MarkSafe(Seqno seqno) {
  MutexLock lock(mutex_);
  if (state_.condition != CacheCondition::kUnsafe) return Status::Ok();
  CHECK(state_.at == seqno, "unsafe since {}, declared safe at {}", state_.at, seqno);
  CacheState next = state_;
  next.condition = CacheCondition::kSafe;
  next.at = Seqno::Undefined();
  RETURN_IF_ERROR(WriteCacheState(datadir_, next, Durability::kProcess));
  state_ = next;
  return Status::Ok();
}

Status CacheStateFile::MarkInconsistent(Seqno seqno, const std::string& reason) {
  return MarkLost(CacheCondition::kInconsistent, seqno, reason);
}

Status CacheStateFile::MarkDiscarded(const std::string& reason) {
  return MarkLost(CacheCondition::kDiscarded, Seqno::Undefined(), reason);
}

Status CacheStateFile::MarkLost(CacheCondition condition, Seqno seqno, const std::string& reason) {
  MutexLock lock(mutex_);
  if (IsLost(state_)) return Status::Ok();
  CacheState next = state_;
  next.condition = condition;
  next.at = seqno;
  next.reason = Tidy(reason);
  RETURN_IF_ERROR(WriteCacheState(datadir_, next, Durability::kDurable));
  state_ = next;
  return Status::Ok();
}

}  // namespace borealis::snapshot

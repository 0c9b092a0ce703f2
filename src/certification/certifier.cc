#include "certification/certifier.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <utility>

#include "base/check.h"
#include "certification/certifier_impl.h"
#include "certification/conflict_table.h"
#include "certification/seeded_bugs.h"

namespace borealis::certification {
namespace {

// Keys whose slots are on their way from memory while one is looked at.
constexpr size_t kPrefetchKeys = 12;

bool IsKnownType(const Key& key) { return static_cast<uint8_t>(key.type) < kKeyTypes; }

// A record that claims to have seen itself or nothing at all, or a key of no type.
bool IsMalformed(Seqno at, const Record& record) {
  return record.last_seen < Seqno::Zero() || record.last_seen >= at ||
         !std::ranges::all_of(record.keys, IsKnownType);
}

}  // namespace

const char* VerdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::kCommit:
      return "commit";
    case Verdict::kConflict:
      return "conflict";
    case Verdict::kTooOld:
      return "too-old";
    case Verdict::kNotMember:
      return "not-member";
    case Verdict::kRepeat:
      return "repeat";
    case Verdict::kRefused:
      return "refused";
  }
  return "invalid";
}

Seqno Certifier::Impl::LeastDependency(Seqno at) const {
  const int64_t passed_by = at.value - 1 - window;
  return Seeded(SeededBug::kIgnoreBarrier) ? Seqno{std::max<int64_t>(passed_by, 0)}
                                           : Seqno{std::max(passed_by, barrier.value)};
}

Outcome Certifier::Impl::Failure(Seqno at, Verdict verdict) const {
  return {.verdict = verdict, .depends_on = LeastDependency(at), .view = std::nullopt};
}

Outcome Certifier::Impl::PassAlone(Seqno at) {
  barrier = at;
  return {.verdict = Verdict::kCommit, .depends_on = at.Previous(), .view = std::nullopt};
}

void Certifier::Impl::EnterKeys(const Record& record, uint32_t source) {
  const bool forget = Seeded(SeededBug::kForgetOpenStream);
  for (const Key& key : record.keys) {
    index.Add({key.hash, forget ? key.type : FoundAs(record, key.type)}, source);
  }
}

Outcome Certifier::Impl::Judge(Seqno at, const Record& record) {
  Membership::Standing* const member = members.Find(record.source);
  if (member != nullptr) {
    if (record.request <= member->request && !Seeded(SeededBug::kAcceptRepeat)) {
      return Failure(at, Verdict::kRepeat);
    }
    member->request = std::max(member->request, record.request);
  }
  if (record.type == RecordType::kView) {
    return JudgeView(at, record);
  }
  if (member == nullptr && !Seeded(SeededBug::kAcceptNonMember)) {
    return Failure(at, Verdict::kNotMember);
  }
  if (IsMalformed(at, record)) {
    return Failure(at, Verdict::kRefused);
  }
  const uint32_t source = member != nullptr ? member->source : kIsolatedSource;
  switch (record.type) {
    case RecordType::kWriteSet:
    case RecordType::kFragment:
      return JudgeKeys(at, record, source);
    case RecordType::kIsolated:
      return JudgeIsolated(at, record, source);
    case RecordType::kFragmentRollback:
      // Whoever takes the locks that it releases has no claim of it to wait for.
      return PassAlone(at);
    default:
      return Failure(at, Verdict::kRefused);  // an ordered type of a later format
  }
}

Outcome Certifier::Impl::JudgeView(Seqno at, const Record& record) {
  const Result<ViewChange> change = DecodeViewChange(record.payload);
  if (!change.ok() || !members.Apply(at, record.source, record.request, *change)) {
    return Failure(at, Verdict::kRefused);
  }
  Outcome outcome = PassAlone(at);
  outcome.view = members.view();
  return outcome;
}

Outcome Certifier::Impl::JudgeKeys(Seqno at, const Record& record, uint32_t source) {
  const int64_t last_seen = record.last_seen.value;
  if (at.value - 1 - last_seen > window && !Seeded(SeededBug::kSkipWindowRule)) {
    return Failure(at, Verdict::kTooOld);
  }
  const std::span<const Key> keys = record.keys;
  for (const Key& key : keys.first(std::min(keys.size(), kPrefetchKeys))) {
    index.Prefetch(key.hash);
  }
  int64_t depends_on = LeastDependency(at).value;
  bool conflicts = false;
  for (size_t i = 0; i < keys.size() && !conflicts; ++i) {
    if (i + kPrefetchKeys < keys.size()) {
      index.Prefetch(keys[i + kPrefetchKeys].hash);
    }
    index.Visit(keys[i].hash, source, [&](KeyType found, int64_t newest, int64_t other) {
      const Relation relation = RelationOf(found, keys[i].type);
      if (relation == Relation::kConflicts && other > last_seen) {
        conflicts = true;
      } else if (relation != Relation::kNone) {
        depends_on = std::max(depends_on, newest);
      }
    });
  }
  if (conflicts) {
    if (Seeded(SeededBug::kFailureLeavesTrace)) {
      EnterKeys(record, source);
    }
    return Failure(at, Verdict::kConflict);
  }
  EnterKeys(record, source);
  if ((record.flags & kFlagParallelUnsafe) != 0) {
    return PassAlone(at);
  }
  if (record.type == RecordType::kFragment) {
    depends_on = at.value - 1;
  }
  return {.verdict = Verdict::kCommit, .depends_on = {depends_on}, .view = std::nullopt};
}

Outcome Certifier::Impl::JudgeIsolated(Seqno at, const Record& record, uint32_t source) {
  const bool must_know = (record.flags & kFlagKnowsIsolated) != 0;
  if (must_know && record.last_seen < isolated && !Seeded(SeededBug::kIgnoreIsolated)) {
    return Failure(at, Verdict::kConflict);
  }
  isolated = at;
  EnterKeys(record, Seeded(SeededBug::kForgetIsolated) ? source : kIsolatedSource);
  return PassAlone(at);
}

void Certifier::Impl::ExtendDigest(Seqno at, const Record& record, const Outcome& outcome) {
  std::array<uint64_t, 2> source{};
  static_assert(sizeof(source) == sizeof(record.source.uuid.bytes));
  std::memcpy(source.data(), record.source.uuid.bytes.data(), sizeof(source));
  const uint64_t view = outcome.view ? Hash64(EncodeView(*outcome.view), 0) : 0;
  const std::array<uint64_t, 9> link = {
      static_cast<uint64_t>(at.value),
      static_cast<uint64_t>(outcome.depends_on.value),
      static_cast<uint64_t>(outcome.verdict) | static_cast<uint64_t>(record.type) << 8,
      record.flags,
      record.payload_hash,
      record.request.value,
      source[0],
      source[1],
      view};
  digest = Hash64(std::as_bytes(std::span(link)), digest);
}

Certifier::Certifier(uint32_t window) : impl_(std::make_unique<Impl>(window)) {}
Certifier::Certifier(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Certifier::~Certifier() = default;
Certifier::Certifier(Certifier&&) noexcept = default;
Certifier& Certifier::operator=(Certifier&&) noexcept = default;

Certifier Certifier::Copy() const { return Certifier(std::make_unique<Impl>(*impl_)); }

Outcome Certifier::Certify(Seqno seqno, const Record& record) {
  CHECK(IsOrdered(record.type), "record type {}", static_cast<int>(record.type));
  CHECK(seqno == impl_->seqno.Next(), "seqno {} after {}", seqno, impl_->seqno);
  impl_->index.Advance(seqno.value);
  Outcome outcome = impl_->Judge(seqno, record);
  impl_->ExtendDigest(seqno, record, outcome);
  impl_->seqno = seqno;
  return outcome;
}

Seqno Certifier::seqno() const { return impl_->seqno; }
const View& Certifier::view() const { return impl_->members.view(); }
uint32_t Certifier::window() const { return impl_->window; }
uint64_t Certifier::RunningDigest() const { return impl_->digest; }
uint64_t Certifier::StateDigest() const { return Hash64(Save(), 0); }
size_t Certifier::key_count() const { return impl_->index.count(); }
size_t Certifier::MemoryBytes() const {
  return sizeof(Impl) + impl_->index.MemoryBytes() + impl_->members.MemoryBytes();
}

}  // namespace borealis::certification

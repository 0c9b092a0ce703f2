#include "certification/certifier_model.h"

#include <algorithm>

namespace borealis::certification {
namespace {

// [found][new], both in the order exclusive, update, reference, shared.
constexpr const char* kTable[] = {"CCCC", "CCDD", "CDNN", "DDNN"};

char Cell(KeyType found, KeyType added) {
  return kTable[3 - static_cast<int>(found)][3 - static_cast<int>(added)];
}

// A stream that stays open holds what it claims against more.
std::vector<Key> Found(const Record& record) {
  std::vector<Key> keys = record.keys;
  if (record.type != RecordType::kFragment || (record.flags & kFlagTrxEnd) != 0) return keys;
  for (Key& key : keys) {
    if (key.type == KeyType::kUpdate) {
      key.type = KeyType::kExclusive;
    } else if (key.type == KeyType::kReference) {
      key.type = KeyType::kUpdate;
    }
  }
  return keys;
}

bool IsCertified(const Record& record) {
  return record.type == RecordType::kWriteSet || record.type == RecordType::kFragment;
}

}  // namespace

Outcome CertifierModel::Certify(Seqno seqno, const Record& record) {
  const int64_t n = seqno.value;
  const int64_t least = std::max({int64_t{0}, barrier_, n - 1 - window_});
  Outcome outcome;
  outcome.verdict = Decide(n, record);
  outcome.depends_on = {least};
  if (outcome.verdict != Verdict::kCommit) {
    return outcome;
  }
  const bool alone = record.type == RecordType::kView || record.type == RecordType::kIsolated ||
                     record.type == RecordType::kFragmentRollback ||
                     (IsCertified(record) && (record.flags & kFlagParallelUnsafe) != 0);
  if (record.type == RecordType::kWriteSet && !alone) {
    outcome.depends_on = {std::max(least, NewestDependency(n, record))};
  } else {
    outcome.depends_on = {n - 1};
  }
  if (alone) {
    barrier_ = n;
  }
  if (record.type == RecordType::kView) {
    outcome.view = view_;
  }
  if (IsCertified(record) || record.type == RecordType::kIsolated) {
    passed_.push_back({.seqno = n,
                       .source = record.source,
                       .isolated = record.type == RecordType::kIsolated,
                       .keys = Found(record)});
  }
  return outcome;
}

Verdict CertifierModel::Decide(int64_t n, const Record& record) {
  const bool member = view_.Find(record.source) != nullptr;
  if (member) {
    if (record.request.value <= highest_request_.at(record.source)) {
      return Verdict::kRepeat;
    }
    highest_request_.at(record.source) = record.request.value;
  }
  if (record.type == RecordType::kView) {
    return ChangeView(n, record) ? Verdict::kCommit : Verdict::kRefused;
  }
  if (!member) {
    return Verdict::kNotMember;
  }
  const bool known_keys = std::ranges::all_of(
      record.keys, [](const Key& key) { return static_cast<int>(key.type) <= 3; });
  if (record.last_seen.value < 0 || record.last_seen.value > n - 1 || !known_keys) {
    return Verdict::kRefused;
  }
  if (record.type == RecordType::kIsolated && (record.flags & kFlagKnowsIsolated) != 0) {
    for (const Past& past : passed_) {
      if (past.isolated && past.seqno > record.last_seen.value) return Verdict::kConflict;
    }
  }
  if (!IsCertified(record)) {
    return Verdict::kCommit;
  }
  if (n - 1 - record.last_seen.value > window_) {
    return Verdict::kTooOld;
  }
  return Conflicts(n, record) ? Verdict::kConflict : Verdict::kCommit;
}

bool CertifierModel::Conflicts(int64_t n, const Record& record) const {
  for (const Past& past : passed_) {
    const bool concurrent = past.seqno > record.last_seen.value && past.seqno > n - window_ - 1;
    if (!concurrent || (past.source == record.source && !past.isolated)) {
      continue;
    }
    for (const Key& found : past.keys) {
      for (const Key& added : record.keys) {
        if (found.hash == added.hash && Cell(found.type, added.type) == 'C') {
          return true;
        }
      }
    }
  }
  return false;
}

int64_t CertifierModel::NewestDependency(int64_t n, const Record& record) const {
  int64_t newest = 0;
  for (const Past& past : passed_) {
    for (const Key& found : past.keys) {
      for (const Key& added : record.keys) {
        if (past.seqno > n - window_ - 1 && found.hash == added.hash &&
            Cell(found.type, added.type) != 'N') {
          newest = std::max(newest, past.seqno);
        }
      }
    }
  }
  return newest;
}

bool CertifierModel::ChangeView(int64_t n, const Record& record) {
  const Result<ViewChange> decoded = DecodeViewChange(record.payload);
  if (!decoded.ok()) {
    return false;
  }
  const ViewChange& change = *decoded;
  if (change.kind == ViewChange::Kind::kJoin) {
    return Join(n, record, change.joining);
  }
  const size_t removed = std::erase_if(view_.members, [&](const Member& member) {
    switch (change.kind) {
      case ViewChange::Kind::kLeave:
        return member.id == change.subject && change.subject == record.source;
      case ViewChange::Kind::kExpel:
        return member.id == change.subject && member.joined == change.subject_joined;
      default:
        return member.joined <= change.subject_joined;
    }
  });
  if (removed > 0) {
    view_.seqno = {n};
  }
  return removed > 0;
}

bool CertifierModel::Join(int64_t n, const Record& record, const Member& joining) {
  if (joining.id.uuid.IsNil() || joining.id != record.source || joining.name.empty() ||
      ever_.contains(joining.id)) {
    return false;
  }
  std::vector<Member> members;
  std::set<uint16_t> free_slots;
  for (uint16_t slot = 1; slot <= 16; ++slot) {
    free_slots.insert(slot);
  }
  for (const Member& member : view_.members) {
    const bool same = member.name == joining.name &&
                      (member.endpoint == joining.endpoint || member.slot == joining.slot);
    if (!same) {
      members.push_back(member);
      free_slots.erase(member.slot.value);
    }
  }
  if (free_slots.empty()) {
    return false;
  }
  Member arrival = joining;
  if (arrival.slot.value == 0) {
    arrival.slot.value = *free_slots.begin();
  } else if (!free_slots.contains(arrival.slot.value)) {
    return false;
  }
  arrival.joined = {n};
  members.push_back(arrival);
  view_ = {.seqno = {n}, .members = members};
  ever_.insert(arrival.id);
  highest_request_[arrival.id] = record.request.value;
  return true;
}

}  // namespace borealis::certification

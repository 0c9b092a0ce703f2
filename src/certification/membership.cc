#include "certification/membership.h"

#include <algorithm>

#include "base/check.h"
#include "certification/claim_table.h"

namespace borealis::certification {

Membership::Standing* Membership::Find(const NodeId& id) {
  const auto found =
      std::ranges::find_if(standings_, [&](const Standing& s) { return s.id == id; });
  return found == standings_.end() ? nullptr : &*found;
}

bool Membership::WasMember(const NodeId& id) const {
  return std::ranges::any_of(former_, [&](const Former& f) { return f.id == id; });
}

template <typename Predicate>
size_t Membership::Depart(Seqno seqno, Predicate departs) {
  size_t kept = 0;
  for (size_t i = 0; i < view_.members.size(); ++i) {
    if (departs(view_.members[i])) {
      former_.push_back(
          {.id = standings_[i].id, .source = standings_[i].source, .departed = seqno});
      continue;
    }
    if (kept != i) {
      view_.members[kept] = std::move(view_.members[i]);
      standings_[kept] = standings_[i];
    }
    ++kept;
  }
  const size_t gone = view_.members.size() - kept;
  view_.members.resize(kept);
  standings_.resize(kept);
  while (former_.size() > kFormerMax && !IsRecent(former_.front().departed, seqno)) {
    former_.pop_front();
  }
  return gone;
}

bool Membership::Apply(Seqno seqno, const NodeId& source, RequestNo request,
                       const ViewChange& change) {
  bool holds = false;
  switch (change.kind) {
    case ViewChange::Kind::kJoin:
      holds = Join(seqno, source, request, change.joining);
      break;
    case ViewChange::Kind::kLeave:
      holds = change.subject == source &&
              Depart(seqno, [&](const Member& m) { return m.id == source; }) > 0;
      break;
    case ViewChange::Kind::kExpel:
      holds = Depart(seqno, [&](const Member& m) {
                return m.id == change.subject && m.joined == change.subject_joined;
              }) > 0;
      break;
    case ViewChange::Kind::kRestart:
      holds = Depart(seqno, [&](const Member& m) { return m.joined <= change.subject_joined; }) > 0;
      break;
  }
  if (holds) {
    view_.seqno = seqno;
  }
  return holds;
}

bool Membership::Join(Seqno seqno, const NodeId& source, RequestNo request, const Member& joining) {
  if (joining.id.uuid.IsNil() || joining.id != source || joining.name.empty() ||
      joining.name.size() > kMemberTextMax || joining.endpoint.size() > kMemberTextMax ||
      Find(joining.id) != nullptr || WasMember(joining.id)) {
    return false;
  }
  // A newer start of the same node. A name alone is not enough, by default it is that of the
  // machine: the node is the one that serves the same clients' address, or asks for the very slot.
  const auto is_replaced = [&](const Member& m) {
    return m.name == joining.name && (m.endpoint == joining.endpoint || m.slot == joining.slot);
  };
  const Slot slot = ChooseSlot(joining.slot, is_replaced);
  if (slot.value == 0) {
    return false;
  }
  Depart(seqno, is_replaced);
  standings_.push_back({.id = joining.id, .source = FreeSource(seqno), .request = request});
  Member& member = view_.members.emplace_back(joining);
  member.slot = slot;
  member.joined = seqno;
  return true;
}

template <typename Predicate>
Slot Membership::ChooseSlot(Slot wanted, Predicate is_replaced) const {
  uint32_t taken = 0;
  for (const Member& member : view_.members) {
    if (!is_replaced(member)) {
      taken |= 1u << member.slot.value;
    }
  }
  const auto is_free = [&](uint16_t slot) { return (taken & 1u << slot) == 0; };
  if (wanted.value != 0) {
    return wanted.value <= kSlotMax && is_free(wanted.value) ? wanted : Slot{};
  }
  for (uint16_t slot = 1; slot <= kSlotMax; ++slot) {
    if (is_free(slot)) {
      return {slot};
    }
  }
  return {};
}

uint32_t Membership::FreeSource(Seqno seqno) const {
  // Among one more number than there are holders one is free.
  std::vector<bool> held(standings_.size() + former_.size() + 1);
  const auto hold = [&](uint32_t source) {
    if (source - kFirstMemberSource < held.size()) {
      held[source - kFirstMemberSource] = true;
    }
  };
  for (const Standing& standing : standings_) {
    hold(standing.source);
  }
  for (const Former& former : former_) {
    if (IsRecent(former.departed, seqno)) {
      hold(former.source);
    }
  }
  const auto free = std::ranges::find(held, false) - held.begin();
  const auto source = kFirstMemberSource + static_cast<uint32_t>(free);
  CHECK(source <= kSourceMax);  // at most window + 2 * kSlotMax holders
  return source;
}

size_t Membership::MemoryBytes() const {
  return standings_.capacity() * sizeof(Standing) + former_.size() * sizeof(Former) +
         view_.members.capacity() * (sizeof(Member) + 2 * kMemberTextMax);
}

}  // namespace borealis::certification

// Membership: who is a member at this point of the order, and what certification knows of each.
//
// A view change takes place whole or not at all. It does not hold when
//   join     the node id is nil, is or was a member, or is not the record's source; the name is
//            empty; a text is longer than kMemberTextMax; the slot asked for is above kSlotMax or
//            held by another node; no slot is free. A member of the same name and the same
//            endpoint, or of the same name in the very slot asked for, is the same node of before:
//            it departs first, so its slot counts as free.
//   leave    the subject is not the record's source, or no member
//   expel    the subject is no member, or did not join at subject_joined
//   restart  no member joined at or before subject_joined
//
// Sources. A member has a small number by which the key index names it: the lowest from
// kFirstMemberSource that no member has and none had that departed within the last `window` seqnos,
// so no number means two members among the claims that count. Isolated statements claim as
// kIsolatedSource, which is nobody's own.
//
// Former members are remembered (32 bytes each) so that a join that lands late is not taken for a
// new one: the last kFormerMax that departed, and whoever departed within the window.
// Thread-compatible.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "base/codec.h"
#include "base/status.h"
#include "model/ids.h"
#include "model/view.h"

namespace borealis::certification {

inline constexpr uint32_t kIsolatedSource = 1;
inline constexpr uint32_t kFirstMemberSource = 2;
inline constexpr size_t kFormerMax = 4096;

class Membership {
 public:
  struct Standing {
    NodeId id;
    uint32_t source = 0;
    RequestNo request;  // the highest seen
  };
  struct Former {
    NodeId id;
    uint32_t source = 0;
    Seqno departed;
  };

  explicit Membership(uint32_t window) : window_(window) {}

  // Null: not a member. Valid until the next change.
  Standing* Find(const NodeId& id);

  // Applies the change that the record `seqno` of `source` with number `request` carries. False: it
  // does not hold, and nothing changed.
  bool Apply(Seqno seqno, const NodeId& source, RequestNo request, const ViewChange& change);

  const View& view() const { return view_; }
  // In the order of view().members.
  const std::vector<Standing>& standings() const { return standings_; }
  // In order of departure.
  const std::deque<Former>& former() const { return former_; }
  size_t MemoryBytes() const;

  // The form that Certifier::Save() holds; see certification/membership_codec.cc.
  void Encode(Encoder& out) const;
  // As of `seqno`. kCorruption: not what Encode() can have written there.
  static Result<Membership> Decode(Decoder& in, uint32_t window, Seqno seqno);

 private:
  bool Join(Seqno seqno, const NodeId& source, RequestNo request, const Member& joining);
  bool WasMember(const NodeId& id) const;
  // The slot for `wanted` (0: the lowest free) once the members that are replaced are gone; 0:
  // none.
  template <typename Predicate>
  Slot ChooseSlot(Slot wanted, Predicate is_replaced) const;
  uint32_t FreeSource(Seqno seqno) const;
  // Whether a source number that departed then may still be among the claims that count for
  // `seqno`.
  bool IsRecent(Seqno departed, Seqno seqno) const {
    return departed.value >= seqno.value - window_;
  }
  // Removes the members that `departs` picks; returns how many.
  template <typename Predicate>
  size_t Depart(Seqno seqno, Predicate departs);
  // Decode: what it read, against itself.
  Status Validate(Seqno seqno) const;

  uint32_t window_;
  View view_;
  std::vector<Standing> standings_;
  std::deque<Former> former_;
};

}  // namespace borealis::certification

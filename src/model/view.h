// View: who is a member, as of a seqno; and the changes to it that travel in the log.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/status.h"
#include "model/ids.h"

namespace borealis {

struct Member {
  NodeId id;
  Slot slot;
  std::string name;  // the node's stable name; one live member each, at most kMemberTextMax bytes
  std::string endpoint;  // "host:port" for clients
  Seqno joined;
  bool operator==(const Member&) const = default;
};
inline constexpr size_t kMemberTextMax = 255;

// Members in order of joining; a member's index is stable while no earlier one leaves.
struct View {
  Seqno seqno = Seqno::Zero();
  std::vector<Member> members;
  bool operator==(const View&) const = default;
  const Member* Find(const NodeId& id) const;
};

// Payload of a kView record. Applied in this order: departures, then the arrival.
//
// A join names the node; the live member of the same name and endpoint (or name and slot asked
// for), if any, is expelled by it: a node that starts again replaces its former incarnation in one
// step.
struct ViewChange {
  enum class Kind : uint8_t { kJoin = 1, kLeave = 2, kExpel = 3, kRestart = 4 };
  Kind kind = Kind::kJoin;
  // kJoin: the arrival. slot 0 = "the lowest free"; else that slot or the join fails.
  Member joining;
  // kLeave: the source itself. kExpel: whom. kRestart (full restart): unused.
  NodeId subject;
  // kExpel: the expulsion counts only if the subject is a member that joined at this seqno.
  // kRestart: expels every member that joined at or before it.
  Seqno subject_joined = Seqno::Undefined();
};

Bytes EncodeViewChange(const ViewChange& change);
Result<ViewChange> DecodeViewChange(ByteView bytes);
Bytes EncodeView(const View& view);
Result<View> DecodeView(ByteView bytes);

}  // namespace borealis

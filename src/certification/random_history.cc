#include "certification/random_history.h"

#include <algorithm>
#include <iterator>

namespace borealis::certification {
namespace {

constexpr uint32_t kWindows[] = {1, 2, 3, 4, 5, 7, 8, 12, 20, 33, 64, 1000};
constexpr size_t kRecentMax = 30;  // records that may be repeated

}  // namespace

RandomHistory::RandomHistory(uint64_t seed)
    : random_(seed),
      window_(kWindows[Below(std::size(kWindows))]),
      key_space_(1 + Below(12)),
      names_(2 + Below(20)),
      calm_(Percent(60)) {}

Record RandomHistory::Next(int64_t seqno, const View& view) {
  Record record;
  const uint64_t view_changes = calm_ ? 2 : 12;
  if (!recent_.empty() && Percent(5)) {
    record = recent_[Below(recent_.size())];
  } else if (Percent(view_changes) || (view.members.size() < 2 && Percent(60))) {
    record = MakeJoin(view);
  } else if (Percent(view_changes / 2)) {
    record = MakeDeparture(seqno, view);
  } else {
    record = MakeData(seqno, view);
  }
  if (recent_.size() < kRecentMax) {
    recent_.push_back(record);
  } else {
    recent_[Below(kRecentMax)] = record;
  }
  return record;
}

Record RandomHistory::MakeViewRecord(const NodeId& source, const ViewChange& change) {
  auto payload = std::make_shared<Bytes>(EncodeViewChange(change));
  if (Percent(5)) {
    payload->resize(Below(payload->size()));
  }
  Record record;
  record.type = RecordType::kView;
  record.source = source;
  record.request = SomeRequest(source);
  record.payload = *payload;
  record.payload_hash = Hash64(record.payload, 0);
  record.backing = std::move(payload);
  return record;
}

Record RandomHistory::MakeJoin(const View& view) {
  ViewChange change;
  change.kind = ViewChange::Kind::kJoin;
  change.joining.id =
      Percent(85) ? NodeId{Uuid::FromRandom(random_(), random_())} : SomeKnownNode();
  change.joining.name = Percent(98) ? fmt::format("node{}", Below(names_)) : "";
  change.joining.endpoint = fmt::format("127.0.0.1:{}", 3306 + Below(2));
  if (Percent(40)) {
    change.joining.slot.value = static_cast<uint16_t>(1 + Below(16));
  }
  nodes_.push_back(change.joining.id);
  return MakeViewRecord(Percent(97) ? change.joining.id : SomeSource(view), change);
}

Record RandomHistory::MakeDeparture(int64_t seqno, const View& view) {
  ViewChange change;
  const NodeId source = SomeSource(view);
  const NodeId subject = SomeSource(view);
  const Member* const member = view.Find(subject);
  const int64_t joined = member != nullptr ? member->joined.value : 1;
  if (Percent(40)) {
    change.kind = ViewChange::Kind::kLeave;
    change.subject = Percent(80) ? source : subject;
  } else if (Percent(90)) {
    change.kind = ViewChange::Kind::kExpel;
    change.subject = subject;
    change.subject_joined = {Percent(85) ? joined : joined + 1};
  } else {
    change.kind = ViewChange::Kind::kRestart;
    change.subject_joined = {static_cast<int64_t>(Below(static_cast<uint64_t>(seqno) + 1))};
  }
  return MakeViewRecord(source, change);
}

Record RandomHistory::MakeData(int64_t seqno, const View& view) {
  Record record;
  const uint64_t kind = Below(100);
  record.type = kind < 78   ? RecordType::kWriteSet
                : kind < 85 ? RecordType::kIsolated
                : kind < 95 ? RecordType::kFragment
                            : RecordType::kFragmentRollback;
  record.flags = Percent(4) ? kFlagParallelUnsafe : 0u;
  if (record.type == RecordType::kIsolated && Percent(70)) record.flags |= kFlagKnowsIsolated;
  record.source = SomeSource(view);
  record.request = SomeRequest(record.source);
  record.last_seen = {SomeLastSeen(seqno)};
  record.payload_hash = random_();
  for (uint64_t keys = Below(5); keys > 0; --keys) {
    record.keys.push_back(SomeKey());
  }
  return record;
}

NodeId RandomHistory::SomeSource(const View& view) {
  if (!view.members.empty() && Percent(92)) {
    return view.members[Below(view.members.size())].id;
  }
  return SomeKnownNode();
}

NodeId RandomHistory::SomeKnownNode() {
  if (nodes_.empty() || Percent(10)) {
    return Percent(50) ? NodeId{} : NodeId{Uuid::FromRandom(random_(), random_())};
  }
  return nodes_[Below(nodes_.size())];
}

RequestNo RandomHistory::SomeRequest(const NodeId&) {
  next_request_ += Below(2);
  // Numbers of different nodes need not be related; here they grow together, so that now and then
  // one falls to or below the highest of its source.
  return {Percent(96) ? ++next_request_
                      : next_request_ - std::min<uint64_t>(next_request_, Below(9))};
}

int64_t RandomHistory::SomeLastSeen(int64_t seqno) {
  if (Percent(2)) {
    return Percent(50) ? seqno + static_cast<int64_t>(Below(3))
                       : -1 - static_cast<int64_t>(Below(2));
  }
  if (Percent(25)) {  // around the edge of the window
    return std::clamp<int64_t>(seqno - 3 - window_ + static_cast<int64_t>(Below(5)), 0, seqno - 1);
  }
  const uint64_t reach = std::min<uint64_t>(window_ + 2, static_cast<uint64_t>(seqno));
  return seqno - 1 - static_cast<int64_t>(Below(reach));
}

Key RandomHistory::SomeKey() {
  const uint64_t i = Below(key_space_);
  const uint64_t hash = i == 0 ? 0 : i == 1 ? UINT64_MAX : i * 0xD1B54A32D192ED03ull;
  const bool known = !Percent(1) || Percent(70);
  return {.hash = hash, .type = static_cast<KeyType>(known ? Below(kKeyTypes) : 4 + Below(200))};
}

}  // namespace borealis::certification

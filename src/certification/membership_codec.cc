// Saved form of Membership, a part of Certifier's (certifier_state.cc). Integers little-endian.
//
//   membership := u32 length, view (model/view.cc)
//                 (u32 source  u64 highest request) for each member of the view, in its order
//                 u32 count  (uuid id  u32 source  i64 departed)*  former members, by departure
#include <algorithm>
#include <span>
#include <string_view>

#include "certification/claim_table.h"
#include "certification/membership.h"

namespace borealis::certification {
namespace {

constexpr size_t kFormerBytes = 16 + 4 + 8;

Status Corrupt(std::string_view what) {
  return {Code::kCorruption, fmt::format("certification state: {}", what)};
}

}  // namespace

void Membership::Encode(Encoder& out) const {
  out.Blob(EncodeView(view_));
  for (const Standing& standing : standings_) {
    out.Int(standing.source);
    out.Int(standing.request.value);
  }
  out.Int(static_cast<uint32_t>(former_.size()));
  for (const Former& former : former_) {
    out.Raw(std::as_bytes(std::span(former.id.uuid.bytes)));
    out.Int(former.source);
    out.Int(former.departed.value);
  }
}

Result<Membership> Membership::Decode(Decoder& in, uint32_t window, Seqno seqno) {
  Membership members(window);
  ASSIGN_OR_RETURN(members.view_, DecodeView(in.Blob()));
  for (const Member& member : members.view_.members) {
    const auto source = in.Int<uint32_t>();
    members.standings_.push_back(
        {.id = member.id, .source = source, .request = {in.Int<uint64_t>()}});
  }
  const auto count = in.Count<uint32_t>(kFormerBytes);
  for (uint32_t i = 0; i < count && in.ok(); ++i) {
    Former& former = members.former_.emplace_back();
    const ByteView id = in.Raw(former.id.uuid.bytes.size());
    std::ranges::copy(id, std::as_writable_bytes(std::span(former.id.uuid.bytes)).begin());
    former.source = in.Int<uint32_t>();
    former.departed.value = in.Int<int64_t>();
  }
  if (!in.ok() || count > kFormerMax + window + size_t{2} * kSlotMax) {
    return Corrupt("members do not decode");
  }
  RETURN_IF_ERROR(members.Validate(seqno));
  return members;
}

Status Membership::Validate(Seqno seqno) const {
  if (view_.seqno < Seqno::Zero() || view_.seqno > seqno || view_.members.size() > kSlotMax) {
    return Corrupt("impossible view");
  }
  uint32_t slots = 0;
  Seqno joined = Seqno::Zero();
  std::vector<NodeId> ids;
  std::vector<uint32_t> sources;
  std::vector<std::pair<std::string_view, std::string_view>> names;
  for (size_t i = 0; i < view_.members.size(); ++i) {
    const Member& member = view_.members[i];
    const uint32_t slot = 1u << member.slot.value;
    if (member.slot.value < 1 || member.slot.value > kSlotMax || (slots & slot) != 0 ||
        member.joined <= joined || member.joined > view_.seqno || member.name.empty()) {
      return Corrupt(fmt::format("member {} cannot be", member.id));
    }
    slots |= slot;
    joined = member.joined;
    ids.push_back(member.id);
    names.emplace_back(member.name, member.endpoint);
    sources.push_back(standings_[i].source);
  }
  Seqno departed = Seqno{1};  // nobody leaves before somebody joined
  for (const Former& former : former_) {
    if (former.departed <= Seqno{1} || former.departed < departed ||
        former.departed > view_.seqno) {
      return Corrupt(fmt::format("former member {} cannot be", former.id));
    }
    departed = former.departed;
    ids.push_back(former.id);
    if (IsRecent(former.departed, seqno.Next())) {
      sources.push_back(former.source);
    } else if (former.source < kFirstMemberSource || former.source > kSourceMax) {
      return Corrupt(fmt::format("former member {} has source {}", former.id, former.source));
    }
  }
  const auto all_differ = [](auto& values) {
    std::ranges::sort(values);
    return std::ranges::adjacent_find(values) == values.end();
  };
  if (!all_differ(ids) || !all_differ(names) || !all_differ(sources) ||
      (!ids.empty() && ids.front().uuid.IsNil()) ||
      (!sources.empty() && (sources.front() < kFirstMemberSource || sources.back() > kSourceMax))) {
    return Corrupt("two members with one id, name or source");
  }
  return {};
}

}  // namespace borealis::certification

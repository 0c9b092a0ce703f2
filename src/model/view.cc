// Codecs of View and ViewChange. All integers little-endian.
//
//   view        := u16 version(1)  u32 member count  i64 seqno  member*
//   view change := u16 version(1)  u8 kind  u8 zero  uuid subject  i64 subject_joined  member
//   joining member      := uuid id  u16 slot  text name  text endpoint  i64 joined text        :=
//   u32 length (at most kMemberTextMax)  bytes uuid        := 16 bytes
//
// There is one encoding per value: a decoder that accepts bytes gives a value that encodes to them.
#include "model/view.h"

#include <algorithm>

#include "base/codec.h"

namespace borealis {
namespace {

constexpr uint16_t kViewVersion = 1;
constexpr size_t kMemberBytesMin = 16 + 2 + 4 + 4 + 8;

void PutUuid(Encoder& out, const Uuid& uuid) { out.Raw(std::as_bytes(std::span(uuid.bytes))); }

Uuid GetUuid(Decoder& in) {
  Uuid uuid;
  const ByteView bytes = in.Raw(uuid.bytes.size());
  if (in.ok()) std::memcpy(uuid.bytes.data(), bytes.data(), bytes.size());
  return uuid;
}

std::string GetMemberText(Decoder& in) {
  const ByteView bytes = in.Blob();
  if (bytes.size() > kMemberTextMax) in.Fail();
  return in.ok() ? std::string(AsText(bytes)) : std::string();
}

void PutMember(Encoder& out, const Member& member) {
  CHECK(member.name.size() <= kMemberTextMax && member.endpoint.size() <= kMemberTextMax);
  CHECK(member.slot.value <= kSlotMax);
  PutUuid(out, member.id.uuid);
  out.Int(member.slot.value);
  out.Text(member.name);
  out.Text(member.endpoint);
  out.Int(member.joined.value);
}

Member GetMember(Decoder& in) {
  Member member;
  member.id.uuid = GetUuid(in);
  member.slot.value = in.Int<uint16_t>();
  if (member.slot.value > kSlotMax) in.Fail();
  member.name = GetMemberText(in);
  member.endpoint = GetMemberText(in);
  member.joined.value = in.Int<int64_t>();
  return member;
}

Status CheckVersion(Decoder& in, const char* what) {
  const auto version = in.Int<uint16_t>();
  if (in.ok() && version > kViewVersion) {
    return {Code::kUnsupported, fmt::format("{} format version {} is newer than this software's {}",
                                            what, version, kViewVersion)};
  }
  if (version != kViewVersion) in.Fail();
  return {};
}

}  // namespace

const Member* View::Find(const NodeId& id) const {
  const auto found = std::find_if(members.begin(), members.end(),
                                  [&](const Member& member) { return member.id == id; });
  return found == members.end() ? nullptr : &*found;
}

Bytes EncodeViewChange(const ViewChange& change) {
  Bytes bytes;
  Encoder out(bytes);
  out.Int(kViewVersion);
  out.Int(change.kind);
  out.Int(uint8_t{0});
  PutUuid(out, change.subject.uuid);
  out.Int(change.subject_joined.value);
  PutMember(out, change.joining);
  return bytes;
}

Result<ViewChange> DecodeViewChange(ByteView bytes) {
  Decoder in(bytes);
  RETURN_IF_ERROR(CheckVersion(in, "view change"));
  ViewChange change;
  change.kind = in.Int<ViewChange::Kind>();
  if (change.kind < ViewChange::Kind::kJoin || change.kind > ViewChange::Kind::kRestart) in.Fail();
  if (in.Int<uint8_t>() != 0) in.Fail();
  change.subject.uuid = GetUuid(in);
  change.subject_joined.value = in.Int<int64_t>();
  change.joining = GetMember(in);
  if (!in.done()) return Status(Code::kCorruption, "view change does not decode");
  return change;
}

Bytes EncodeView(const View& view) {
  Bytes bytes;
  Encoder out(bytes);
  out.Int(kViewVersion);
  out.Int(static_cast<uint32_t>(view.members.size()));
  out.Int(view.seqno.value);
  for (const Member& member : view.members) PutMember(out, member);
  return bytes;
}

Result<View> DecodeView(ByteView bytes) {
  Decoder in(bytes);
  RETURN_IF_ERROR(CheckVersion(in, "view"));
  View view;
  const auto count = in.Count<uint32_t>(kMemberBytesMin);
  view.seqno.value = in.Int<int64_t>();
  for (uint32_t i = 0; i < count && in.ok(); ++i) view.members.push_back(GetMember(in));
  if (!in.done()) return Status(Code::kCorruption, "view does not decode");
  return view;
}

}  // namespace borealis

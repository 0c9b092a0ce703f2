#include "provider/view_info.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace borealis::provider {
namespace {

// Truncates; the rest of the field stays zero.
void CopyText(const std::string& text, char* field, size_t field_bytes) {
  std::memcpy(field, text.data(), std::min(text.size(), field_bytes - 1));
}

}  // namespace

ViewInfoBuffer::ViewInfoBuffer(const Uuid& volume, const View& view, const NodeId& self,
                               int proto_ver, uint32_t capabilities, ViewUse use) {
  const bool final_view = use == ViewUse::kFinal;
  const size_t n = final_view ? 0 : view.members.size();
  const size_t bytes = sizeof(abi::ViewInfo) + n * sizeof(abi::MemberInfo);
  info_.reset(static_cast<abi::ViewInfo*>(std::calloc(1, bytes)));
  CHECK(info_ != nullptr, "out of memory for a view of {} members", n);
  std::memcpy(info_->state_id.uuid.data, volume.bytes.data(), volume.bytes.size());
  info_->state_id.seqno = view.seqno.value;
  // The number of a view is the seqno of the record that made it.
  info_->view = final_view ? -1 : view.seqno.value;
  info_->status = use == ViewUse::kServe ? abi::kViewPrimary : abi::kViewNonPrimary;
  info_->capabilities = capabilities;
  info_->my_idx = -1;
  info_->memb_num = static_cast<int>(n);
  info_->proto_ver = proto_ver;
  for (size_t i = 0; i < n; ++i) {
    const Member& member = view.members[i];
    abi::MemberInfo& out = info_->members[i];
    std::memcpy(out.id.data, member.id.uuid.bytes.data(), member.id.uuid.bytes.size());
    CopyText(member.name, out.name, sizeof(out.name));
    CopyText(member.endpoint, out.incoming, sizeof(out.incoming));
    if (member.id == self) info_->my_idx = static_cast<int>(i);
  }
}

}  // namespace borealis::provider

// A View in the shape that the plug passes to the server.
#pragma once

#include <cstdlib>
#include <memory>

#include "model/view.h"
#include "provider/wsrep_abi.h"

namespace borealis::provider {

// Owns an abi::ViewInfo with room for all members. `final_view`: not connected any more, nobody.
class ViewInfoBuffer {
 public:
  ViewInfoBuffer(const Uuid& volume, const View& view, const NodeId& self, int proto_ver,
                 uint32_t capabilities, bool final_view = false);
  const abi::ViewInfo* get() const { return info_.get(); }

 private:
  struct Free {
    void operator()(abi::ViewInfo* info) const { std::free(info); }
  };
  std::unique_ptr<abi::ViewInfo, Free> info_;
};

}  // namespace borealis::provider

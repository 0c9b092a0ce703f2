// A View in the shape that the plug passes to the server.
#pragma once

#include <cstdlib>
#include <memory>

#include "model/view.h"
#include "provider/wsrep_abi.h"

namespace borealis::provider {

// What the server is to make of a view: serve in it; know it, but serve nobody; no view at all.
enum class ViewUse { kServe, kBehind, kFinal };

// Owns an abi::ViewInfo with room for all members; a final one has none.
class ViewInfoBuffer {
 public:
  ViewInfoBuffer(const Uuid& volume, const View& view, const NodeId& self, int proto_ver,
                 uint32_t capabilities, ViewUse use = ViewUse::kServe);
  const abi::ViewInfo* get() const { return info_.get(); }

 private:
  struct Free {
    void operator()(abi::ViewInfo* info) const { std::free(info); }
  };
  std::unique_ptr<abi::ViewInfo, Free> info_;
};

}  // namespace borealis::provider

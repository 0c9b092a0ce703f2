#include "control/agents/places.h"

#include "control/api/signature.h"
#include "node/layout.h"

namespace borealis::control {

std::string NodeNameOf(const Instance& instance) {
  constexpr size_t kHashDigits = 8;
  if (instance.id.size() <= node::kNodeNameBytesMax) return instance.id;
  return instance.id.substr(0, node::kNodeNameBytesMax - kHashDigits - 1) + "-" +
         Sha256Hex(instance.id).substr(0, kHashDigits);
}

}  // namespace borealis::control

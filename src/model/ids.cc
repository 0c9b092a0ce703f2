#include "model/ids.h"

namespace borealis {

std::string ToString(const Position& position) {
  return fmt::format("{}:{}.{}", position.segment.value, position.offset, position.index);
}

}  // namespace borealis

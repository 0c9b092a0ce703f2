// Which server options a user may set, and why not. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "node/fragment.h"

namespace borealis::node {

// `name` is normalized (NormalizeOptionName). nullopt: the user may set it so. The reason is the
// end of the sentence "<option> is refused: ...".
std::optional<std::string> ReasonToRefuse(std::string_view name, const ServerOption& option);

}  // namespace borealis::node

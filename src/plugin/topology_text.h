// Where a text names information_schema.replica_host_status, which is Aurora's and not the
// server's: the plugin puts borealis.replica_host_status there. Pure.
//
// Names of two parts only, quoted or not; not inside of strings and comments. A text that names the
// table alone after USE information_schema is not seen, nor is one that is prepared.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

namespace borealis::plugin {

inline constexpr std::string_view kTopologyView = "borealis.replica_host_status";
// Longer texts are not searched.
inline constexpr size_t kTopologyTextBytesMax = 16 << 10;

// Cheap; false: FindTopology finds nothing.
bool MayNameTopology(std::string_view sql);
// Bytes [first, second) of the text, in order; each holds kTopologyView. Usually none.
std::vector<std::pair<size_t, size_t>> FindTopology(std::string_view sql, bool backslash_escapes);

}  // namespace borealis::plugin

// The default database of a statement, from the binary log events that carry it to other servers.
// Pure.
//
//   event   timestamp u32, type u8, server id u32, size u32 (of all of it), position u32, flags
//   u16,
//           body
//   body of a query event (type 2)
//           connection u32, time u32, database length u8, error u16, status length u16,
//           status, database, 0, text, maybe a checksum
//
// All numbers little-endian. Other events (format description, GTID) come before it.
#pragma once

#include <optional>
#include <string_view>

namespace borealis::plugin {

// A view into `events`; nullopt: no query event, or bytes that are not what is said above.
std::optional<std::string_view> DefaultDatabase(std::string_view events);

}  // namespace borealis::plugin

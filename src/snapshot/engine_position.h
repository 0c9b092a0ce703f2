// The position that a server's storage engines hold: the last transaction of the log that they
// recovered with. A server that is run with --wsrep-recover tells it and ends.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/uuid.h"
#include "model/ids.h"

namespace borealis::snapshot {

struct EnginePosition {
  Uuid history;  // nil: the engines hold none
  Seqno seqno = Seqno::Undefined();
  bool operator==(const EnginePosition&) const = default;
};
// From the output of such a run. nullopt: the output has no such line: recovery failed.
std::optional<EnginePosition> ParseRecoveredPosition(std::string_view output);
// What the same line says of the server's own count of transactions, where its GTID mode is on:
// "0-4711-815". Empty: nothing, or nothing was committed yet.
std::string ParseRecoveredGtid(std::string_view output);

}  // namespace borealis::snapshot

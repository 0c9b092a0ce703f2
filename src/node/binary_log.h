// The binary log that a user's options may ask for, so that ordinary MariaDB replicas follow a node
// and can be moved to another by GTID.
//
// GTIDs must be the same on every node. The server counts transactions in commit order, in every
// node alike, and keeps the count in its engines with the position of the log; a binary log knows
// it, too. Only a cache that comes from a snapshot has a count and no binary log. The new one is
// begun with that count (NAME.state, which the server reads when it finds no binary log), so that
// it says what it lacks, and a replica that stands further back gets error 1236 and never a gap.
// (The server noticed by itself wherever that was tried without the file; it need not always.)
//
// Durability of the cache: with a binary log the engines are recovered to what it holds. It must
// not get ahead of them, so both are synced with every commit.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/uuid.h"
#include "node/fragment.h"

namespace borealis::node {

// Base name of the files in the data directory; empty: no binary log is asked for.
std::string BinaryLogName(const std::vector<ServerOption>& fragment);
// nullopt: fine. Else the end of "log_bin is refused: ...".
std::optional<std::string> CheckBinaryLogName(const ServerOption& option);

// Of all nodes of a volume, because it is part of a GTID. 1 .. 2^31 - 1: the server takes more, and
// writes it as a negative number where it tells its count.
uint32_t ServerId(const Uuid& volume);

// What a server with a binary log needs besides its name.
std::vector<std::string> BinaryLogOptions(const std::string& name);

bool HasBinaryLog(const std::string& datadir, const std::string& name);

// `gtid`: the engines' count (snapshot/engine_position.h); empty: nothing was committed yet.
// REQUIRES: no binary log is there.
Status BeginBinaryLogAfter(const std::string& datadir, const std::string& name,
                           const std::string& gtid);

}  // namespace borealis::node

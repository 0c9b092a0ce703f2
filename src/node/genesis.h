// Genesis: the data directory that every node of a volume starts from, as snapshot 0.
#pragma once

#include <string>

#include "base/clock.h"
#include "node/progress.h"
#include "snapshot/publish.h"

namespace borealis::node {

// Publishes the unchanging tree `datadir`, which server program `server` wrote, as snapshot 0.
// `scratch`: a directory for a moment's file. kInternal: the volume's log is not empty.
Status PublishGenesis(storage::Backend& volume, const std::string& datadir,
                      const std::string& server, const std::string& scratch, const Clock& clock,
                      const snapshot::PublishOptions& options);

}  // namespace borealis::node

// The server's storage engines before the server starts them: are they running, and what position
// do they recover to. Adapter over processes and file locks.
#pragma once

#include <string>

#include "base/status.h"
#include "snapshot/engine_position.h"

namespace borealis::provider {

// Whether a process, this one included, has the engines of `datadir` open: they lock their system
// tablespace.
bool EnginesRun(const std::string& datadir);

// Runs this program once more, with its own command line and --wsrep-recover: the engines recover,
// tell their position and end. What it writes goes to `output`. kIo: it told none.
// REQUIRES: !EnginesRun(datadir).
Result<snapshot::EnginePosition> RecoverEngines(const std::string& output);

}  // namespace borealis::provider

// The server names the cluster's transactions in its GTIDs as the volume's first server did.
#pragma once

#include "storage/backend.h"

namespace borealis::provider {

// Nothing without wsrep_gtid_mode. To be called when the server has started, which sets its own,
// and before anything is applied.
void AdoptGtidSource(storage::Backend& backend);

}  // namespace borealis::provider

// The system variables that clients of Aurora ask for, as a plugin named `aurora` in the same
// library:
//
//   aurora_version                        version of this software; not empty: "is this Aurora?"
//   aurora_server_id                      the node's name (wsrep_node_name)
//   aurora_mm_session_consistency_level   INSTANCE_RAW, REGIONAL_RAW
//
// REGIONAL_RAW: a statement waits until everything that was committed anywhere before it is visible
// here. It is the server's wsrep_sync_wait under another name, and sets that: the session's for SET
// SESSION, in whichever way it is set; that of later sessions for SET GLOBAL (takes SUPER).
#pragma once

#include "plugin/plugin_abi.h"
#include "plugin/server_calls.h"

namespace borealis::plugin {

// For the plugin's declaration.
extern abi::SystemVariable* aurora_variables[];

// Before any client's statement. `server` outlives the variables. Cheap when called again.
void PrepareAuroraVariables(const ServerCalls& server, abi::Thd* thd);

}  // namespace borealis::plugin

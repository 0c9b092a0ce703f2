// The variables that the plugin's own statements set, as a plugin named `no` in the same library:
//
//   no_go = N      what a statement that must not run becomes: fails for the reason, or injects the
//                  fault, that pending_work.h keeps under N
//   no_kill = N    fails if connection N must not be killed
//   no_drain = N   lets clients go before a stop: a DrainPhase, by who may stop the server
#pragma once

#include "plugin/plugin_abi.h"
#include "plugin/session_rules.h"

namespace borealis::plugin {

// For the plugin's declaration.
extern abi::SystemVariable* no_variables[];

Refusal KillRefused();

}  // namespace borealis::plugin

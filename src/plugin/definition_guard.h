// Third line: before a statement gets its place in the total order, whichever way it came, the
// provider asks. Its text is known then, and the names of what it defines.
#pragma once

#include "faults/control.h"
#include "plugin/plugin_abi.h"

namespace borealis::plugin {

// The provider, which asks from then on. Null: none is loaded yet, or it is another's.
const faults::Control* FindProvider(abi::Thd* thd);

// For every text of a client: the provider is loaded before clients can connect; a server without
// one is not asked for it again and again.
void LookForProvider(abi::Thd* thd);

// Whether a session may set wsrep_OSU_method, which leads around the order; if not, an error was
// raised.
bool MayUpgradeSchema(abi::Thd* thd);

}  // namespace borealis::plugin

// What a fault statement does: adapter from a command to the provider, and to this process.
#pragma once

#include <cstdint>
#include <optional>

#include "faults/control.h"
#include "plugin/fault_grammar.h"

namespace borealis::plugin {

// nullopt: done. `control` null: no provider. `connection`: who asks.
std::optional<Refusal> InjectFault(const FaultCommand& command, const faults::Control* control,
                                   uint64_t connection);

}  // namespace borealis::plugin

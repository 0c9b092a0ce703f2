// Control: the table of functions through which the server's plugin reaches the provider of the
// same process. Two libraries that the server loads by itself, from different places: the plugin
// asks the provider's library for one symbol, kControlSymbol, and compares the version first.
//
// C types only; nothing throws. All functions are thread-safe. The table lives as long as the
// process. A function that is called while no provider is initialized does nothing, or says so.
#pragma once

#include <cstdint>

namespace borealis::faults {

inline constexpr uint32_t kControlVersion = 1;  // changes with every change below
inline constexpr char kControlSymbol[] = "borealis_control";

enum class CrashPart : uint32_t {
  kInstance = 0,    // the server's process
  kDispatcher = 1,  // what appends to the volume
  kNode = 2,        // both, and the cache is discarded
};

struct Control {
  uint32_t version;  // kControlVersion of the provider; nothing else may be read if it differs
  // A client's command was answered: the answer is in its connection's socket. The first call says
  // that answers are reported from now on.
  void (*answered)(uint64_t connection);
  // Ends the process hard, after durable commits of connections other than `connection` were
  // answered (UnansweredCommits::kWaitNsMax). Does not return where a provider is initialized.
  void (*crash)(CrashPart part, uint64_t connection);
};

using ControlFunction = const Control* (*)();

}  // namespace borealis::faults

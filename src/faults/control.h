// Control: the table of functions through which the server's plugin reaches the provider of the
// same process. Two libraries that the server loads by itself, from different places: the plugin
// asks the provider's library for one symbol, kControlSymbol, and compares the version first.
//
// C types only; nothing throws. All functions are thread-safe. The table lives as long as the
// process. A function that is called while no provider is initialized does nothing, or says so.
#pragma once

#include <cstddef>
#include <cstdint>

namespace borealis::faults {

inline constexpr uint32_t kControlVersion = 3;  // changes with every change below
inline constexpr char kControlSymbol[] = "borealis_control";

enum class CrashPart : uint32_t {
  kInstance = 0,    // the server's process
  kDispatcher = 1,  // what appends to the volume
  kNode = 2,        // both, and the cache is discarded
};

struct VolumeParts {
  uint64_t disks;
  uint64_t nodes;
};

// What a statement that runs on every server names; `table` null: no table.
struct DefinedName {
  const char* database;
  size_t database_bytes;
  const char* table;
  size_t table_bytes;
};
// Asked on the thread of the session that runs such a statement, before it gets its place in the
// order; `event`: the binary log events that the other servers would run. False: it must not run,
// and its session has an error to show.
using DefinitionGuard = bool (*)(const DefinedName* names, size_t count, const void* event,
                                 size_t event_bytes);

struct Control {
  uint32_t version;  // kControlVersion of the provider; nothing else may be read if it differs
  // A client's command was answered: the answer is in its connection's socket. The first call says
  // that answers are reported from now on.
  void (*answered)(uint64_t connection);
  // Ends the process hard, after durable commits of connections other than `connection` were
  // answered (UnansweredCommits::kWaitNsMax). Does not return where a provider is initialized.
  void (*crash)(CrashPart part, uint64_t connection);
  // What a fault's place may name: disks and nodes of the volume, from 0. {0, 0}: not connected.
  VolumeParts (*volume_parts)();
  // For so many seconds this share of attempts to append a client's record fails, or of records
  // takes longer (DiskFaults). 0 percent: ends it.
  void (*fail_appends)(double percent, int64_t seconds);
  void (*congest_appends)(double percent, int64_t min_ms, int64_t max_ms, int64_t seconds);
  // For so many seconds the node named so (all others: "") sees this node's records later
  // (HeldSources). False: `reason` has one line, cut to `bytes` with its zero, that says why not.
  bool (*hold_back)(const char* node, double percent, int64_t seconds, char* reason, size_t bytes);
  // From now on `guard` is asked about every statement that runs on every server.
  void (*guard_definitions)(DefinitionGuard guard);
};

using ControlFunction = const Control* (*)();

}  // namespace borealis::faults

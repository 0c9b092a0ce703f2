// Options of the provider (wsrep_provider_options) and the cluster address: names, ranges,
// defaults. Pure; every refusal is one line that says what is wrong and what to write instead.
//
// The provider acts on them inside the server; the agent checks them before it starts one, while no
// file of the cache is open yet.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"

namespace borealis::settings {

struct ProviderOptions {
  uint32_t slot = 0;                  // 1..16; 0: the lowest free
  uint32_t lease_ms = 10'000;         // silence after which the others expel a member
  uint32_t tick_ms = 250;             // heartbeat
  uint32_t causal_timeout_s = 30;     // sync_wait without a time-out of its own
  uint32_t backlog_items_max = 4096;  // remote records waiting here before local clients wait
  uint32_t apply_patience_ms = 500;   // a record applied before its turn gives way after it
  uint64_t write_set_bytes_max = 2ull << 30;  // a larger transaction is refused
  uint32_t segment_mib = 64;                  // size of a log segment
  uint32_t checkpoint_kib = 32 << 10;         // of log between checkpoints of certification state
  bool snapshot_barrier = true;               // consistent snapshots are prefixes of the log
  // No member: the server applies the log up to the seqno stop_at, without a client, for a
  // snapshot.
  bool replica = false;
  uint64_t stop_at = 0;
  uint64_t parent = 0;  // the process that started a replica, which ends with it; 0: not told
  // A replica may be the only server of its volume. It recovers the log then, and takes all members
  // in it for dead.
  bool alone = false;
  bool supervised = false;  // an agent restarts the server: one that must not go on dies at once
  bool debug = false;       // debug lines in the server's log

  // A request, not a setting, and not shown: "hold_after=N" holds commit order after seqno N, for
  // some seconds at most; N = 0 releases it.
  std::optional<int64_t> hold_after;

  // "slot=1;lease_ms=10000"; blanks around names and values are allowed. kInvalidArgument.
  static Result<ProviderOptions> Parse(std::string_view text);
  // The same for what a user gives to an agent, which sets `slot` itself and so refuses it here.
  static Result<ProviderOptions> ParseForAgent(std::string_view text);
  // Changes only what the running provider can change (debug, causal_timeout_s, backlog...).
  Status Update(std::string_view text);
  // "slot = 1; lease_ms = 10000; ..."
  std::string ToString() const;
};

// "volume:///absolute/directory"
struct ClusterAddress {
  std::string directory;
  static Result<ClusterAddress> Parse(std::string_view url);
};

}  // namespace borealis::settings

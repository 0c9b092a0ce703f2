#include "node/option_rules.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "node/binary_log.h"

namespace borealis::node {
namespace {

struct Rule {
  std::string_view name;  // an entry that ends in '*' covers every name that starts so
  std::string_view reason;
};

constexpr std::string_view kAgentSets = "the agent sets it; see `borealis node run --help`";
constexpr std::string_view kCacheLayout =
    "the data directory is restored from snapshots as a whole, with its files in it";
constexpr std::string_view kOneContent = "every node must hold the same content";
constexpr std::string_view kBinlog = "the agent sets it where log_bin is on, alike on all nodes";
constexpr std::string_view kReplica = "a node is no replica of another server";
constexpr std::string_view kOrder = "the cluster's guarantees are built on it";
constexpr std::string_view kApplied =
    "a node that is stricter than the session that made a statement could not apply it";
constexpr std::string_view kSlot = "it comes from the node's slot, so that no two nodes collide";

// First match counts.
constexpr auto kRules = std::to_array<Rule>({
    {"wsrep_slave_threads", ""},  // checked for its range below
    {"wsrep_retry_autocommit", ""},
    {"wsrep_log_conflicts", ""},
    {"wsrep_debug", ""},
    {"wsrep_sync_wait", ""},
    {"wsrep_max_ws_rows", ""},
    {"wsrep_max_ws_size", ""},
    {"wsrep*", "the agent sets what connects the server to the volume"},
    {"datadir", kAgentSets},
    {"socket", kAgentSets},
    {"port", kAgentSets},
    {"plugin_dir", kAgentSets},
    {"borealis*", kAgentSets},
    {"bind_address", kAgentSets},
    {"networking", kAgentSets},
    {"pid_file", kAgentSets},
    {"log_error", kAgentSets},
    {"user", kAgentSets},
    {"chroot", kAgentSets},
    {"basedir", kAgentSets},
    {"defaults*", "option files are not read; put the options here"},
    {"no_defaults", "option files are not read"},
    {"print_defaults", "the server would not start"},
    {"help", "the server would not start"},
    {"version", "the server would not start"},
    {"bootstrap", "the server would not start"},
    {"tmpdir", "a server that starts deletes the temporary tables of all that share the directory"},
    {"innodb_data_home_dir", kCacheLayout},
    {"innodb_data_file_path", kCacheLayout},
    {"innodb_log_group_home_dir", kCacheLayout},
    {"innodb_undo_directory", kCacheLayout},
    {"innodb_undo_tablespaces", kCacheLayout},
    {"innodb_page_size", kCacheLayout},
    {"aria_log_dir_path", kCacheLayout},
    {"innodb_checksum_algorithm", "damage to the data directory must be noticed"},
    {"innodb_force_recovery", "a damaged data directory is rebuilt from the volume instead"},
    {"innodb_read_only", "a node that can't write can't apply the log"},
    {"innodb_force_load_corrupted", "a damaged data directory is rebuilt from the volume instead"},
    {"lower_case_table_names", kOneContent},
    {"default_storage_engine", "only InnoDB tables are in the log"},
    {"default_tmp_storage_engine", ""},
    {"storage_engine", "only InnoDB tables are in the log"},
    {"enforce_storage_engine", "only InnoDB tables are in the log"},
    {"innodb", "only InnoDB tables are in the log"},
    {"binlog_format", kOrder},
    {"binlog_row_image", kOneContent},
    {"innodb_autoinc_lock_mode", kOrder},
    {"innodb_snapshot_isolation", kOrder},
    {"innodb_strict_mode", kApplied},
    {"system_versioning_alter_history", kApplied},
    {"alter_algorithm", kApplied},
    {"symbolic_links", "tables with files elsewhere would collide with those of other nodes"},
    {"innodb_rollback_on_timeout", ""},
    {"innodb_locks_unsafe_for_binlog", kOrder},
    {"innodb_flush_log_at_trx_commit", ""},
    {"innodb_doublewrite", ""},
    {"auto_increment*", kSlot},
    {"log_bin", ""},  // checked below
    {"log_bin_index", kCacheLayout},
    {"log_bin_trust_function_creators", "rows are logged, not statements; it is on"},
    {"sync_binlog", kBinlog},
    {"server_id",
     "it is a part of GTIDs, which are the same on all nodes: it comes from the volume"},
    {"log_basename", kAgentSets},
    {"log_slave_updates", kBinlog},
    {"log_replica_updates", kBinlog},
    {"relay_log*", kReplica},
    {"slave_load_tmpdir", ""},
    {"master*", kReplica},
    {"gtid*", kBinlog},
    {"init_file", "its statements would run on this node alone"},
    {"init_slave", kReplica},
    {"grant_tables", "anyone could change the data without a password"},
    {"event_scheduler", ""},
    {"read_only", "applying the log is exempt from it, but the agent would never see a writer"},
    {"external_locking", kCacheLayout},
    {"tc_heuristic_recover", "a damaged data directory is rebuilt from the volume instead"},
    {"log_tc", kCacheLayout},
    {"flush_logs_at_startup", ""},
});

bool Matches(std::string_view pattern, std::string_view name) {
  return pattern.ends_with('*') ? name.starts_with(pattern.substr(0, pattern.size() - 1))
                                : name == pattern;
}

std::string Upper(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  std::replace(upper.begin(), upper.end(), '_', '-');
  return upper;
}

// "128M" -> bytes; nullopt for what is no size.
std::optional<uint64_t> ParseSize(std::string_view text) {
  uint64_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  const std::string suffix = Upper(text.substr(static_cast<size_t>(stop - text.data())));
  const size_t power = std::string_view("KMGTPE").find(suffix) + 1;
  if (suffix.empty()) return value;
  if (suffix.size() > 1 || power == 0 || value > (UINT64_MAX >> (10 * power))) return std::nullopt;
  return value << (10 * power);
}

std::optional<std::string> CheckRange(const ServerOption& option, int64_t min, int64_t max) {
  int64_t value = 0;
  const char* begin = option.value.data();
  const char* end = begin + option.value.size();
  const auto [stop, error] = std::from_chars(begin, end, value);
  if (error == std::errc() && stop == end && value >= min && value <= max) return std::nullopt;
  return fmt::format("give a whole number from {} to {}", min, max);
}

// Options that are fine with some values.
std::optional<std::string> CheckValue(std::string_view name, const ServerOption& option) {
  if (name == "log_bin") return CheckBinaryLogName(option);
  if (name == "wsrep_slave_threads") return CheckRange(option, 1, 64);
  if (name == "innodb_log_file_size") {
    const auto bytes = ParseSize(option.value);
    if (bytes && *bytes >= (32ull << 20) && *bytes <= (512ull << 20)) return std::nullopt;
    return "give 32M to 512M: more makes a restart after a crash slow";
  }
  if (name == "transaction_isolation" && Upper(option.value) == "SERIALIZABLE") {
    return "the cluster offers snapshot isolation at most";
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> ReasonToRefuse(std::string_view name, const ServerOption& option) {
  for (const Rule& rule : kRules) {
    if (!Matches(rule.name, name)) continue;
    if (!rule.reason.empty()) return std::string(rule.reason);
    return CheckValue(name, option);
  }
  // The server takes any unique beginning of a name for the name.
  for (const Rule& rule : kRules) {
    if (!rule.reason.empty() && name.size() < rule.name.size() && rule.name.starts_with(name)) {
      return fmt::format("it could be taken for {}; write option names in full", rule.name);
    }
  }
  return CheckValue(name, option);
}

}  // namespace borealis::node

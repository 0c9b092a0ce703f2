#include "node/server_command.h"

#include <fmt/core.h>

#include <algorithm>

#include "node/binary_log.h"

namespace borealis::node {
namespace {

constexpr size_t kErrorLineBytesMax = 400;
constexpr size_t kComplaintLines = 5;
constexpr std::string_view kProviderMark = "WSREP: Borealis: ";

using Words = std::vector<std::string>;

void Append(Words& words, Words more) {
  words.insert(words.end(), std::make_move_iterator(more.begin()),
               std::make_move_iterator(more.end()));
}

// What a user may change. The redo log bounds the time of a restart after a crash (about 100 MB/s).
// The doublewrite buffer stays on: without it a write torn by a power failure costs a rebuild of
// the whole cache, and meanwhile clients of this node would meet damaged pages.
Words Defaults() {
  return {
      "--innodb-flush-log-at-trx-commit=0",  // durability is the volume's
      "--innodb-log-file-size=128M",
      "--innodb-doublewrite=ON",
      "--innodb-buffer-pool-dump-at-shutdown=OFF",
      "--performance-schema=OFF",
      "--character-set-server=utf8mb4",
      "--collation-server=utf8mb4_general_ci",
      "--max-allowed-packet=64M",
      "--skip-name-resolve",
      "--transaction-isolation=REPEATABLE-READ",
      "--log-warnings=2",
      "--wsrep-slave-threads=4",
      "--wsrep-retry-autocommit=1",
      // No limit; but a server that starts without one can't refuse connections later (drain.h).
      "--max-user-connections=2147483647",
  };
}

// What the engines need alike in every mode.
Words EngineOptions(const ServerConfig& config) {
  return {
      "--datadir=" + config.layout.data(),
      "--tmpdir=" + config.layout.tmp(),
      "--default-storage-engine=InnoDB",
      fmt::format("--server-id={}", ServerId(config.volume_uuid)),
      "--binlog-format=ROW",
      "--binlog-row-image=FULL",
      "--innodb-autoinc-lock-mode=2",
      "--innodb-snapshot-isolation=ON",
      "--log-bin-trust-function-creators=ON",
      // What a session may set for its DDL and the log does not carry: a server that applies it
      // must not be stricter than any session, and files must not be put where another server puts
      // them.
      "--innodb-strict-mode=OFF",
      "--system-versioning-alter-history=KEEP",
      "--skip-symbolic-links",
  };
}

Words ClusterOptions(const ServerConfig& config) {
  Words words = {
      "--wsrep-on=ON",
      "--wsrep-provider=" + (config.provider.empty() ? std::string("none") : config.provider),
      "--wsrep-cluster-address=volume://" + config.volume,
      "--wsrep-cluster-name=borealis",
      "--wsrep-node-name=" + config.name,
      "--wsrep-node-address=" + config.address,
      "--wsrep-node-incoming-address=" + config.Endpoint(),
      "--wsrep-sst-method=skip",
      "--wsrep-auto-increment-control=OFF",
      fmt::format("--auto-increment-increment={}", kSlotMax),
      fmt::format("--auto-increment-offset={}", config.slot.value),
      "--wsrep-ignore-apply-errors=0",
      // A table locked for writing would block the appliers while its session waits for them.
      "--wsrep-convert-LOCK-to-trx=ON",
      "--wsrep-mode=STRICT_REPLICATION",  // tables of other engines are refused, not left out
      "--wsrep-provider-options=" + fmt::format("slot={};supervised=1", config.slot.value),
  };
  if (!config.provider_options.empty()) words.back() += ";" + config.provider_options;
  return words;
}

// What must not run in a cluster is refused in the server; it does not start without that.
Words PluginOptions(const ServerConfig& config) {
  if (config.plugin.empty()) return {};
  return {
      "--plugin-dir=" + config.layout.plugins(),
      "--plugin-load-add=" + config.plugin,
      "--borealis=FORCE_PLUS_PERMANENT",
  };
}

// Logins, failed ones too, and changes of definitions and accounts; the plugin masks passwords. A
// user may change all of it, or switch it off.
Words AuditDefaults(const ServerConfig& config) {
  if (!config.audit) return {};
  return {
      "--plugin-load-add=server_audit",
      "--server-audit-logging=ON",
      "--server-audit-events=CONNECT,QUERY_DDL,QUERY_DCL",
      "--server-audit-file-path=" + config.layout.audit_log(),
      "--server-audit-file-rotate-size=16777216",
      "--server-audit-file-rotations=8",
  };
}

Words NetworkOptions(const ServerConfig& config) {
  return {
      "--bind-address=" + config.address,
      fmt::format("--port={}", config.port),
      "--socket=" + config.layout.socket(),
      "--pid-file=" + config.layout.pid_file(),
  };
}

// For runs that are not the node's own life: they keep its binary log as it is.
Words NoBinaryLog(const ServerConfig& config) {
  if (BinaryLogName(config.fragment).empty()) return {};
  // The mode has the engines' count told with their position.
  return {"--skip-log-bin", "--wsrep-gtid-mode=ON"};
}

Words BinaryLog(const ServerConfig& config) {
  const std::string name = BinaryLogName(config.fragment);
  return name.empty() ? Words() : BinaryLogOptions(name);
}

// A user may bring certificates of another authority.
Words TlsDefaults(const ServerConfig& config) {
  if (!config.tls) return {};
  return {
      "--ssl-ca=" + config.layout.tls_authority(),
      "--ssl-cert=" + config.layout.tls_certificate(),
      "--ssl-key=" + config.layout.tls_key(),
  };
}

bool IsAuditOption(std::string_view name) {
  return name.starts_with("server_audit") || name.starts_with("server-audit");
}

// `serves`: clients can connect.
Words Common(const ServerConfig& config, bool serves) {
  Words words = {config.server, "--no-defaults"};
  Append(words, Defaults());
  if (serves) Append(words, AuditDefaults(config));
  if (serves) Append(words, TlsDefaults(config));
  for (const ServerOption& option : config.fragment) {
    // Nobody loads the plugin that knows them.
    if (!serves && IsAuditOption(option.name)) continue;
    words.push_back(option.ToArgument());
  }
  Append(words, EngineOptions(config));
  return words;
}

// "2026-11-23 22:29:03 0 [ERROR] text" -> "[ERROR] text"
std::string_view WithoutTime(std::string_view line) {
  const size_t bracket = line.find('[');
  return bracket == std::string_view::npos ? line : line.substr(bracket);
}

std::string_view PopLine(std::string_view& text) {
  const size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

}  // namespace

std::string ServerConfig::Endpoint() const { return fmt::format("{}:{}", address, port); }

std::vector<std::string> RunCommand(const ServerConfig& config, Seqno start) {
  CHECK(start.IsDefined() && config.slot.value >= 1 && config.slot.value <= kSlotMax);
  Words words = Common(config, true);
  Append(words, BinaryLog(config));
  Append(words, ClusterOptions(config));
  words.push_back(
      fmt::format("--wsrep-start-position={}:{}", config.volume_uuid.ToString(), start));
  Append(words, PluginOptions(config));
  Append(words, NetworkOptions(config));
  words.push_back("--log-error=" + config.layout.server_log());
  return words;
}

std::vector<std::string> ReplicaCommand(const ServerConfig& config, Seqno start, Seqno until,
                                        pid_t starter) {
  CHECK(start.IsDefined() && until >= start);
  Words words = Common(config, false);
  Append(words, NoBinaryLog(config));
  Append(words, ClusterOptions(config));
  // It appends nothing, so it has no slot.
  std::string options =
      fmt::format("replica=1;stop_at={};parent={};supervised=1", until.value, starter);
  if (!config.provider_options.empty()) options += ";" + config.provider_options;
  Append(words,
         {"--wsrep-provider-options=" + options,
          fmt::format("--wsrep-start-position={}:{}", config.volume_uuid.ToString(), start)});
  Append(words, PluginOptions(config));
  Append(words, {
                    // Beside the servers that have clients it stays small.
                    "--innodb-buffer-pool-size=128M",
                    "--skip-networking",
                    "--socket=" + config.layout.socket(),
                    "--pid-file=" + config.layout.pid_file(),
                    "--log-error=" + config.layout.server_log(),
                });
  return words;
}

std::vector<std::string> RecoverCommand(const ServerConfig& config, bool has_binary_log) {
  Words words = Common(config, false);
  Append(words, has_binary_log ? BinaryLog(config) : NoBinaryLog(config));
  // The server tells its position only when it is set up for replication; it loads no provider
  // then.
  Append(words, ClusterOptions(config));
  Append(words, {"--wsrep-recover", "--skip-networking", "--socket=" + config.layout.socket(),
                 "--pid-file=" + config.layout.pid_file()});
  return words;
}

std::vector<std::string> BootstrapCommand(const ServerConfig& config) {
  Words words = Common(config, false);
  if (!BinaryLogName(config.fragment).empty()) words.emplace_back("--skip-log-bin");
  Append(words, {"--bootstrap", "--skip-networking", "--socket=" + config.layout.socket(),
                 "--pid-file=" + config.layout.pid_file()});
  return words;
}

std::vector<std::string> CheckCommand(const ServerConfig& config) {
  Words words = RunCommand(config, Seqno::Zero());
  words.pop_back();  // the error log: complaints go to standard error
  Append(words, {"--verbose", "--help"});
  return words;
}

bool BlamesEngines(std::string_view error_line) {
  return error_line.find("InnoDB") != std::string_view::npos ||
         error_line.find("Aria") != std::string_view::npos ||
         error_line.find("aria") != std::string_view::npos;
}

bool BlamesProvider(std::string_view error_line) {
  return error_line.find(kProviderMark) != std::string_view::npos;
}

std::string LastErrorLine(std::string_view output) {
  std::string_view last;
  std::string_view ours;
  while (!output.empty()) {
    const std::string_view line = PopLine(output);
    if (line.find("[ERROR]") == std::string_view::npos || line.ends_with("Aborting")) continue;
    last = line;
    if (line.find(kProviderMark) != std::string_view::npos) ours = line;
  }
  const std::string_view chosen = ours.empty() ? last : ours;
  return std::string(WithoutTime(chosen).substr(0, kErrorLineBytesMax));
}

std::string Complaints(std::string_view output) {
  std::string found;
  size_t count = 0;
  for (std::string_view rest = output; !rest.empty() && count < kComplaintLines;) {
    const std::string_view line = PopLine(rest);
    if (line.find("ERROR") == std::string_view::npos || line.ends_with("Aborting")) continue;
    found += fmt::format("{}{}", count++ == 0 ? "" : "\n", line.substr(0, kErrorLineBytesMax));
  }
  return found.empty() ? TailLines(output, kComplaintLines) : found;
}

std::string TailLines(std::string_view output, size_t lines) {
  while (output.ends_with('\n')) output.remove_suffix(1);
  size_t begin = output.size();
  for (size_t i = 0; i < lines && begin > 0; ++i) {
    const size_t newline = output.rfind('\n', begin - 1);
    begin = newline == std::string_view::npos ? 0 : newline;
  }
  if (begin < output.size() && output[begin] == '\n') ++begin;
  return std::string(output.substr(begin));
}

}  // namespace borealis::node

#include "node/new_history.h"

#include <fmt/core.h>

#include "node/agent_work.h"
#include "node/replica.h"
#include "node/server_process.h"
#include "node/volume.h"
#include "snapshot/cache_state.h"
#include "snapshot/checkpoint_store.h"
#include "snapshot/files.h"

namespace borealis::node {
namespace {

constexpr int kForgetTimeoutMs = 600'000;  // the engines recover first

// In bootstrap mode nothing is replicated. One statement a line.
constexpr std::string_view kForget =
    "SET SESSION sql_log_bin = 0;\n"
    "DELETE FROM mysql.wsrep_streaming_log;\n"
    "DELETE FROM mysql.wsrep_cluster_members;\n"
    "DELETE FROM mysql.wsrep_cluster;\n";

Status ForgetOldHistory(const ServerConfig& config, const std::atomic<bool>& cancel) {
  const NodeLayout& layout = config.layout;
  const std::string sql = layout.root + "/forget.sql";
  const std::string output = layout.root + "/forget.log";
  RETURN_IF_ERROR(
      snapshot::WriteFileAtomically(sql, AsBytes(kForget), snapshot::Durability::kProcess));
  RETURN_IF_ERROR(snapshot::MakeDirectory(layout.tmp()));
  ASSIGN_OR_RETURN(const ProcessEnd end,
                   RunToEnd({BootstrapCommand(config), output, sql}, kForgetTimeoutMs, &cancel));
  if (end == ProcessEnd{true, 0, 0}) return Status::Ok();
  return {Code::kUnavailable,
          fmt::format("the server that makes the data a new history ended ({}): {}", end.ToString(),
                      LastErrorLine(ReadLogTail(output)))};
}

// Nothing of the old volume's is left but the engines' position.
Status ReplaceCacheFiles(const ServerConfig& config) {
  const std::string datadir = config.layout.data();
  ASSIGN_OR_RETURN(const auto names, snapshot::ListDirectory(datadir));
  for (const std::string& name : names) {
    if (!name.starts_with("borealis_")) continue;
    RETURN_IF_ERROR(snapshot::RemoveTree(datadir + "/" + name));
  }
  snapshot::CacheState state;
  state.volume = config.volume_uuid;
  state.restored = Seqno::Zero();
  state.node = config.name;
  return snapshot::WriteCacheState(datadir, state, snapshot::Durability::kDurable);
}

}  // namespace

Status BeginHistory(const ServerConfig& config, const Clock& clock, const Progress& progress,
                    const std::atomic<bool>& cancel) {
  RETURN_IF_ERROR(ForgetOldHistory(config, cancel));
  RETURN_IF_ERROR(ReplaceCacheFiles(config));
  ASSIGN_OR_RETURN(const auto volume, LookAtVolume(config.volume));
  ASSIGN_OR_RETURN(const auto keys, OpenVolumeKeys(*volume));
  const snapshot::CheckpointStore store(config.layout.data(), config.volume_uuid, keys.get());
  RETURN_IF_ERROR(RunReplica(config, store, Seqno::Zero(), Seqno::Zero(), clock, progress, cancel));
  const Recovered recovered = RecoverPosition(config, &cancel);
  RETURN_IF_ERROR(recovered.status);
  if (recovered.position.history == config.volume_uuid &&
      recovered.position.seqno == Seqno::Zero()) {
    return Status::Ok();
  }
  return {Code::kInternal,
          fmt::format("the engines hold the position {}:{} and not seqno 0 of the new volume {}",
                      recovered.position.history.ToString(), recovered.position.seqno,
                      config.volume_uuid.ToString())};
}

}  // namespace borealis::node

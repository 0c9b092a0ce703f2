// Provider: status variables. The server shows them as wsrep_<name>. Names that clients and proxies
// know from elsewhere keep their meaning; ours start with borealis_. Times are means in
// microseconds since the start, unless the name says otherwise.
#include <cstdlib>
#include <cstring>
#include <vector>

#include "provider/provider.h"

namespace borealis::provider {
namespace {

class StatsBuilder {
 public:
  void Int(const char* name, int64_t value) {
    abi::StatsVar var{name, abi::kVarInt64, {}};
    var.value.int64 = value;
    vars_.push_back(var);
  }
  void Real(const char* name, double value) {
    abi::StatsVar var{name, abi::kVarDouble, {}};
    var.value.real = value;
    vars_.push_back(var);
  }
  // Copied; freed by FreeStats.
  void Text(const char* name, const std::string& value) {
    abi::StatsVar var{name, abi::kVarString, {}};
    var.value.text = strdup(value.c_str());
    vars_.push_back(var);
  }
  // One malloc'ed array with a nameless end.
  abi::StatsVar* Finish() {
    vars_.push_back({nullptr, abi::kVarInt64, {}});
    const size_t bytes = vars_.size() * sizeof(abi::StatsVar);
    auto* out = static_cast<abi::StatsVar*>(std::malloc(bytes));
    CHECK(out != nullptr);
    std::memcpy(out, vars_.data(), bytes);
    return out;
  }

 private:
  std::vector<abi::StatsVar> vars_;
};

const char* Comment(LocalState state) {
  switch (state) {
    case LocalState::kInitialized:
      return "Initialized";  // not connected
    case LocalState::kJoining:
      return "Joining";
    case LocalState::kDesynced:
      return "Donor/Desynced";
    case LocalState::kJoined:
      return "Joined";
    case LocalState::kSynced:
      return "Synced";
  }
  return "?";
}

double Ratio(int64_t part, int64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

void AddCommitFigures(StatsBuilder& out, const replication::CommitFigures& f) {
  out.Int("replicated", f.records.load());
  out.Int("replicated_bytes", f.bytes.load());
  out.Int("received", f.received.load());
  out.Int("received_bytes", f.received_bytes.load());
  out.Int("local_commits", f.commits.load());
  out.Int("local_cert_failures", f.cert_failures.load());
  out.Int("local_replays", f.replays.load());
  out.Real("cert_deps_distance", Ratio(f.depends_distance_sum.load(), f.received.load()));
  out.Int("borealis_commit_queue_us", static_cast<int64_t>(f.queue.MeanUs()));
  out.Int("borealis_commit_append_us", static_cast<int64_t>(f.append.MeanUs()));
  out.Int("borealis_commit_sync_us", static_cast<int64_t>(f.sync.MeanUs()));
  out.Int("borealis_commit_certify_us", static_cast<int64_t>(f.certify.MeanUs()));
  out.Int("borealis_commit_order_us", static_cast<int64_t>(f.order.MeanUs()));
  out.Int("borealis_gave_way", f.gave_way.load());
  out.Int("borealis_apply_us", static_cast<int64_t>(f.apply.MeanUs()));
  out.Int("borealis_batches", f.batches.load());
  out.Real("borealis_batch_records", Ratio(f.records.load(), f.batches.load()));
  out.Int("borealis_append_total_us", f.append.sum_ns.load() / 1000);
  out.Int("borealis_sync_total_us", f.sync.sum_ns.load() / 1000);
  out.Int("borealis_append_failures", f.append_failures.load());
  out.Int("borealis_unknown_appends", f.unknown_appends.load());
  out.Int("borealis_throttled_ms", f.throttled_ns.load() / 1'000'000);
  // Nobody is ever held back by another node.
  out.Int("flow_control_paused_ns", 0);
  out.Real("flow_control_paused", 0.0);
  out.Int("flow_control_sent", 0);
  out.Int("flow_control_recv", 0);
}

// What SHOW VOLUME STATUS shows (node/aurora_schema.cc).
void AddFaults(StatsBuilder& out, const faults::VolumeParts& parts,
               const faults::DiskFaults::Figures& disk, uint64_t held) {
  out.Int("borealis_volume_disks", static_cast<int64_t>(parts.disks));
  out.Int("borealis_volume_nodes", static_cast<int64_t>(parts.nodes));
  out.Real("borealis_fault_disk_failing", disk.failing_percent);
  out.Real("borealis_fault_disk_congested", disk.congested_percent);
  out.Int("borealis_fault_disk_failures", static_cast<int64_t>(disk.failures));
  out.Int("borealis_fault_disk_delays", static_cast<int64_t>(disk.delays));
  out.Int("borealis_fault_held_back", static_cast<int64_t>(held));
}

// One variable for each, because a value that the server shows has at most 2048 characters.
void AddTopology(StatsBuilder& out, const std::vector<TopologyRow>& rows) {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (size_t n = 1; n <= kTopologyRowsMax; ++n) {
      all.push_back(fmt::format("borealis_member_{:02}", n));
    }
    return all;
  }();
  for (size_t n = 0; n < rows.size(); ++n) out.Text(names[n].c_str(), ToJson(rows[n]));
}

}  // namespace

abi::StatsVar* Provider::Stats() {
  StatsBuilder out;
  const LocalState state = state_.load();
  {
    MutexLock lock(mutex_);
    out.Int("desync_count", desyncs_);
  }
  out.Text("local_state_uuid", volume_.ToString());
  out.Int("local_state", static_cast<int>(state));
  out.Text("local_state_comment", Comment(state));
  replication::Replicator* replicator = this->replicator();
  out.Int("open_transactions", static_cast<int64_t>(registry_.size()));
  if (replicator == nullptr) return out.Finish();

  const replication::Pipeline::Snapshot pipeline = replicator->pipeline();
  const replication::Replicator::IndexFigures index = replicator->index();
  out.Int("last_applied", pipeline.finished.value);
  out.Int("last_committed", pipeline.finished.value);
  AddCommitFigures(out, replicator->figures());
  out.Int("local_send_queue", static_cast<int64_t>(replicator->submits_waiting()));
  out.Int("local_recv_queue", static_cast<int64_t>(pipeline.queued_items));
  out.Int("local_recv_queue_max", static_cast<int64_t>(pipeline.queued_items_max));
  out.Int("cert_index_size", static_cast<int64_t>(index.keys));
  out.Text("gcomm_uuid", replicator->self().uuid.ToString());

  const View view = replicator->view();
  std::string addresses;
  for (const Member& member : view.members) {
    if (!addresses.empty()) addresses += ',';
    addresses += member.endpoint;
  }
  out.Text("incoming_addresses", addresses);
  out.Int("cluster_weight", static_cast<int64_t>(view.members.size()));
  out.Int("borealis_slot", replicator->slot().value);
  out.Int("borealis_lag", pipeline.delivered.value - pipeline.finished.value);
  out.Int("borealis_held_after", replicator->hold().value);
  out.Text("borealis_consistent_snapshots", barrier_.on() ? "ordered" : "unordered");
  out.Int("borealis_snapshot_barrier_timeouts", barrier_.timeouts());
  out.Int("borealis_index_bytes", static_cast<int64_t>(index.bytes));
  out.Int("borealis_waiting_room", replicator->room_waiters());
  out.Int("borealis_waiting_verdict", static_cast<int64_t>(replicator->submits_waiting()));
  out.Int("borealis_waiting_order", pipeline.enter_waiters);
  out.Text("borealis_behind", replicator->behind() ? "ON" : "OFF");
  out.Int("borealis_queued_bytes", static_cast<int64_t>(pipeline.queued_bytes));
  AddTopology(out, topology());
  AddFaults(out, Parts(), disk_faults_.figures(), held_sources_.held());
  return out.Finish();
}

void Provider::FreeStats(abi::StatsVar* vars) {
  if (vars == nullptr) return;
  for (abi::StatsVar* var = vars; var->name != nullptr; ++var) {
    if (var->type == abi::kVarString) std::free(const_cast<char*>(var->value.text));
  }
  std::free(vars);
}

}  // namespace borealis::provider

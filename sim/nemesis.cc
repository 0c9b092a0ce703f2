// Cluster: what goes wrong between the calls; what goes wrong in them, the volume's plan says.
#include "sim/cluster.h"

namespace borealis::sim {

bool Cluster::Due(uint32_t one_in) { return one_in != 0 && world_.random.OneIn(one_in); }

void Cluster::Nemesis() {
  const Config& config = world_.config;
  if (Due(config.crash_one_in)) CrashOne();
  if (Due(config.crash_all_one_in)) CrashAll(/*power=*/false);
  if (Due(config.power_loss_one_in)) CrashAll(/*power=*/true);
  if (Due(config.freeze_one_in)) FreezeOne();
  if (Due(config.leave_one_in)) {
    Node& node = nodes_[world_.random.Below(nodes_.size())];
    if (node.server != nullptr && step_ >= node.frozen_until) node.server->BeginLeaving();
  }
  if (Due(config.disk_full_one_in) && disk_full_until_ == 0) FillDisk();
  if (disk_full_until_ != 0 && step_ >= disk_full_until_) {
    world_.volume->SetByteBudget(std::nullopt);
    disk_full_until_ = 0;
    world_.trace.Add("the disk has room again");
  }
  if (Due(config.clock_jump_one_in)) {
    world_.clock.JumpWallUs(static_cast<int64_t>(world_.random.Below(4'000'000)) - 2'000'000);
  }
  if (Due(config.trim_one_in)) Trim();
}

void Cluster::CrashOne() {
  Node& node = nodes_[world_.random.Below(nodes_.size())];
  if (node.server == nullptr) return;
  world_.trace.Add("kill -9 {}", node.name);
  Bury(node);
}

void Cluster::CrashAll(bool power) {
  world_.trace.Add("{}", power ? "the power fails" : "kill -9 of all");
  world_.stats.power_losses += power ? 1 : 0;
  if (power) {
    world_.volume->PowerLoss();
  } else {
    world_.volume->CrashAll();
  }
  for (Node& node : nodes_) {
    if (node.server != nullptr) Bury(node);
  }
}

void Cluster::FreezeOne() {
  Node& node = nodes_[world_.random.Below(nodes_.size())];
  if (node.server == nullptr || step_ < node.frozen_until) return;
  const uint64_t steps = world_.random.Between(20, world_.random.Percent(50) ? 200 : 2000);
  node.frozen_until = step_ + steps;
  world_.stats.freezes += 1;
  world_.trace.Add("{} is frozen for {} steps", node.name, steps);
  if (world_.random.Percent(50)) {
    // In the middle of an append, which may land long after.
    world_.volume->plan().Script(storage::Call::kAppend, storage::Fault::kHeldBack,
                                 node.server->process());
    node.server->AppendOnce();
    if (node.server->fate() != Server::Fate::kRuns) Bury(node);
  }
}

void Cluster::FillDisk() {
  disk_full_until_ = step_ + world_.random.Between(20, 400);
  world_.volume->SetByteBudget(world_.volume->BytesUsed() + world_.random.Below(4096));
  world_.stats.full_disks += 1;
  world_.trace.Add("the disk is full");
}

// A snapshot if the chosen node can take one, and whatever nobody needs is dropped.
void Cluster::Trim() {
  Node& node = nodes_[world_.random.Below(nodes_.size())];
  if (node.server == nullptr || step_ < node.frozen_until || !node.server->joined()) return;
  node.server->TakeSnapshot();
  if (world_.snapshot.certifier.empty()) return;
  Position keep = world_.snapshot.position;
  for (const Node& other : nodes_) {
    const bool counts = other.server != nullptr &&
                        (!other.server->joined() || world_.oracle.IsMember(other.server->self()));
    if (counts) keep = std::min(keep, other.server->NeedsLogFrom());
  }
  const auto freed = node.server->Trim(keep);
  if (freed.ok() && *freed > 0) {
    world_.stats.trims += 1;
    world_.trace.Add("{} trims {} bytes before {}", node.name, *freed, keep);
  }
  if (node.server->fate() != Server::Fate::kRuns) Bury(node);
}

}  // namespace borealis::sim

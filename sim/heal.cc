// Cluster: the end of a run. Nothing goes wrong any more, and everything must come to rest.
#include "sim/cluster.h"

namespace borealis::sim {

namespace {

constexpr uint64_t kRestStepsMax = 60'000;
constexpr uint64_t kTickEverySteps = 100;

}  // namespace

void Cluster::Heal() {
  world_.trace.Add("healing");
  world_.healing = true;
  storage::FaultyVolume& volume = *world_.volume;
  volume.plan().ClearRates();
  volume.SetPendingRates(0, 0);
  volume.SetByteBudget(std::nullopt);
  if (world_.random.Percent(50)) {
    volume.LandPending();
  } else {
    volume.DropPending();
  }
  for (Node& node : nodes_) {
    node.frozen_until = 0;
    node.down_until = 0;
  }
  Rest("after healing");
  if (world_.oracle.failed()) return;

  CrashAll(/*power=*/true);
  for (Node& node : nodes_) node.down_until = 0;
  Rest("after the last power failure");
}

// All nodes come to rest, commit once each, and come to rest again.
void Cluster::Rest(const char* when) {
  bool probing = false;
  for (uint64_t steps = 0; steps < kRestStepsMax && !world_.oracle.failed(); ++steps) {
    Step();
    if (steps % kTickEverySteps == 0) {
      // All at once, so that nobody is taken for silent.
      for (Node& node : nodes_) {
        if (node.server != nullptr) node.server->Tick();
      }
    }
    if (!AllQuiet()) continue;
    if (probing) {
      CheckEqual();
      return;
    }
    probing = true;
    for (Node& node : nodes_) node.server->Probe();
  }
  world_.oracle.Fail("O7 no rest {}: {}", when, Describe());
}

bool Cluster::AllQuiet() const {
  for (const Node& node : nodes_) {
    if (node.server == nullptr || !node.server->Quiet()) return false;
  }
  return true;
}

void Cluster::CheckEqual() {
  for (const Node& node : nodes_) {
    if (node.cache.now().Hash() != world_.oracle.state().Hash()) {
      world_.oracle.Fail("O4 {} is at rest at {} with other data than the log's", node.name,
                         node.cache.position());
    }
    if (!world_.oracle.IsMember(node.server->self())) {
      world_.oracle.Fail("O7 {} is at rest and no member", node.name);
    }
  }
}

std::string Cluster::Describe() const {
  std::string out;
  for (const Node& node : nodes_) {
    out += node.name + " " + (node.server == nullptr ? "down" : node.server->Describe()) + "; ";
  }
  return out;
}

}  // namespace borealis::sim

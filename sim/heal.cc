// Cluster: the end of a run. Nothing goes wrong any more, and everything must come to rest.
#include "sim/cluster.h"

namespace borealis::sim {

namespace {

// A cluster that heals gets somewhere all the time: a backlog however long is worked off record by
// record. What goes round in circles (expelled, joined, expelled) counts as progress, too, so that
// has a bound of its own (Node::ends_left), and so has the whole.
constexpr uint64_t kStallStepsMax = 20'000;
constexpr uint64_t kRestStepsMax = 500'000;
constexpr uint64_t kTickEverySteps = 100;
// A node may find that it was expelled before, or while it was down.
constexpr int kEndsMax = 5;

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
    node.ends_left = kEndsMax;
  }
  Rest("after healing");
  if (world_.oracle.failed()) return;

  for (Node& node : nodes_) node.ends_left = kEndsMax;
  CrashAll(/*power=*/true);
  for (Node& node : nodes_) node.down_until = 0;
  Rest("after the last power failure");
}

// All nodes come to rest, commit once each, and come to rest again.
void Cluster::Rest(const char* when) {
  bool probing = false;
  int64_t progress = -1;
  uint64_t stalled = 0;
  for (uint64_t steps = 0; steps < kRestStepsMax && stalled < kStallStepsMax; ++steps) {
    Step();
    if (world_.oracle.failed()) return;
    stalled = Progress() == progress ? stalled + 1 : 0;
    progress = Progress();
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

// Changes whenever a node commits or acknowledges something.
int64_t Cluster::Progress() const {
  int64_t sum = world_.stats.commits;
  for (const Node& node : nodes_) sum += node.cache.position().value;
  return sum;
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
    // Every client has come to its end.
    if (!node.cache.now().streams().empty()) {
      world_.oracle.Fail("O7 {} is at rest and keeps {} streams open", node.name,
                         node.cache.now().streams().size());
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

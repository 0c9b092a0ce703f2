#include "sim/cluster.h"

#include <atomic>

#include "base/log.h"

namespace borealis::sim {

namespace {

std::atomic<uint64_t> current_step{0};

}  // namespace

uint64_t CurrentStep() { return current_step.load(); }

RunResult RunSimulation(const RunOptions& options) {
  SetLogSink([](LogLevel, const std::string&) {});
  Cluster cluster(options);
  return cluster.Run();
}

Cluster::Cluster(const RunOptions& options)
    : options_(options), world_(options.seed, options.print), nodes_() {
  world_.config = ChooseConfig(world_.random, options.nodes);
  world_.volume =
      storage::FaultyVolume::Create(world_.config.volume, [this] { return world_.random.Next(); });
  world_.oracle.Begin(world_.config.certification_window,
                      [this](SegmentId segment) { return world_.volume->SyncedEnd(segment); });
  nodes_.resize(world_.config.nodes);
  for (size_t i = 0; i < nodes_.size(); ++i) nodes_[i].name = fmt::format("n{}", i);
}

void Cluster::CreateVolume() {
  const auto backend = world_.volume->TryAttach();
  CHECK_OK(backend);
  log::Identity identity;
  identity.volume = world_.random.NextUuid();
  identity.certification_window = world_.config.certification_window;
  CHECK_OK(log::Log::Create(**backend, identity, world_.clock));
}

RunResult Cluster::Run() {
  CreateVolume();
  for (const FaultRate& rate : world_.config.faults) {
    world_.volume->plan().SetRate(rate.call, rate.fault, rate.rate);
  }
  world_.volume->SetPendingRates(world_.config.pending_lands_percent / 100.0,
                                 world_.config.pending_vanishes_percent / 100.0);
  while (step_ < options_.steps && !world_.oracle.failed()) {
    Nemesis();
    Step();
  }
  if (!world_.oracle.failed()) Heal();
  world_.stats.steps = static_cast<int64_t>(step_);
  for (size_t i = 0; i < storage::kFaultCount; ++i) {
    world_.stats.faults[i] = world_.volume->plan().Drawn(static_cast<storage::Fault>(i));
  }
  return {world_.oracle.violation(), step_, world_.trace.hash(), world_.stats};
}

void Cluster::Step() {
  current_step = ++step_;
  world_.trace.SetStep(step_);
  world_.clock.AdvanceNs(static_cast<int64_t>(world_.random.Below(5'000'000)));
  StepNode(nodes_[world_.random.Below(nodes_.size())]);
}

void Cluster::StepNode(Node& node) {
  if (step_ < node.frozen_until) return;
  if (node.server == nullptr) {
    if (step_ >= node.down_until) TryStart(node);
    return;
  }
  node.server->Step();
  if (node.server->fate() != Server::Fate::kRuns) Bury(node);
}

void Cluster::TryStart(Node& node) {
  auto backend = world_.volume->TryAttach();
  if (!backend.ok()) return;  // another one recovers
  node.server = std::make_unique<Server>(world_, node.name, node.cache, std::move(*backend));
}

void Cluster::Bury(Node& node) {
  const bool clean = node.server->fate() == Server::Fate::kLeft;
  if (!clean) {
    world_.stats.crashes += 1;
    node.server->Kill();
    node.cache.Crash(world_.random);
    world_.oracle.CheckState(node.name, node.cache.position(), node.cache.now());
    world_.oracle.CheckNothingLost();
  }
  world_.trace.Add("{} is down, data at {}", node.name, node.cache.position());
  if (world_.healing && --node.ends_left < 0) {
    world_.oracle.Fail("O7 {} comes back and ends again and again, in a cluster without faults",
                       node.name);
  }
  node.server.reset();
  node.frozen_until = 0;
  node.down_until = step_ + world_.random.Between(1, 200);
}

}  // namespace borealis::sim

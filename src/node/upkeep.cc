#include "node/upkeep.h"

#include <fmt/core.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

#include "base/log.h"
#include "log/chain.h"
#include "log/identity.h"
#include "node/lease_keeper.h"
#include "node/server_process.h"
#include "node/volume.h"
#include "settings/provider_options.h"
#include "snapshot/files.h"
#include "snapshot/publish.h"

namespace borealis::node {
namespace {

constexpr int kLookMs = 100;
constexpr int kEndMs = 20'000;  // then it is killed
constexpr size_t kPolicyBytesMax = 4096;

std::string_view FirstLine(std::string_view text) { return text.substr(0, text.find('\n')); }

uint64_t FreeBytes(const std::string& directory) {
  struct statvfs info {};
  if (statvfs(directory.c_str(), &info) != 0) return UINT64_MAX;
  return uint64_t{info.f_bavail} * info.f_frsize;
}

SnapshotFact LookAtSnapshot(storage::Backend& volume, Seqno seqno, const Uuid& uuid) {
  SnapshotFact fact;
  fact.seqno = seqno;
  const auto manifest = snapshot::ReadManifest(volume, seqno);
  fact.readable = manifest.ok() && manifest->volume == uuid &&
                  volume.OpenBlob(snapshot::DataBlobName(seqno)).ok();
  if (fact.readable) {
    fact.position = manifest->position;
    fact.created_us = manifest->created_us;
    fact.stored_bytes = manifest->stream_bytes;
  }
  return fact;
}

Result<std::unique_ptr<log::Log>> OpenLog(storage::Backend& volume, const Clock& clock) {
  if (volume.NeedsRecovery()) {
    return Status(Code::kUnavailable, "no server is attached to the volume");
  }
  return log::Log::Open(volume, {}, clock);
}

Status TakeIfDue(const TakeRequest& request, const UpkeepPolicy& policy, storage::Backend& volume,
                 const Clock& clock, const Progress& progress, const std::atomic<bool>& cancel) {
  ASSIGN_OR_RETURN(const VolumeFacts facts, GatherFacts(volume, request.nodes.volume, clock));
  if (!PlanUpkeep(policy, facts).take) return Status::Ok();
  progress("a snapshot is due");
  const auto taken = TakeSnapshot(request, clock, progress, cancel);
  if (taken.ok() && taken->has_value()) {
    progress(fmt::format("snapshot {} is published", (*taken)->seqno));
  }
  return taken.status();
}

}  // namespace

Result<VolumeFacts> GatherFacts(storage::Backend& volume, const std::string& directory,
                                const Clock& clock, KnownSnapshots* known) {
  VolumeFacts facts;
  facts.now_us = clock.WallUs();
  ASSIGN_OR_RETURN(const log::Identity identity, log::ReadIdentity(volume));
  ASSIGN_OR_RETURN(const log::Chain chain, log::ReadChainRegister(volume, identity.volume));
  facts.chain = chain.entries;
  // The open segment is not read for it: agents look often.
  const log::ChainEntry& open = chain.entries.back();
  ASSIGN_OR_RETURN(const storage::SegmentState state, volume.State(open.segment));
  facts.open_bytes = state.durable_end;
  facts.newest = open.before;
  ASSIGN_OR_RETURN(const std::vector<Seqno> snapshots, snapshot::ListSnapshots(volume));
  KnownSnapshots looked_at;
  for (const Seqno seqno : snapshots) {
    bool again = true;
    if (known != nullptr) {
      const auto before = known->find(seqno);
      again = before == known->end() || !before->second.readable;
    }
    looked_at[seqno] =
        again ? LookAtSnapshot(volume, seqno, identity.volume) : known->find(seqno)->second;
    facts.snapshots.push_back(looked_at[seqno]);
  }
  if (known != nullptr) *known = std::move(looked_at);
  ASSIGN_OR_RETURN(const auto hints, volume.ListHints(log::kPositionPrefix));
  for (const storage::Hint& hint : hints) {
    const auto position = log::DecodeMemberPosition(hint.value);
    if (!position.ok()) continue;
    facts.members.push_back(*position);
    facts.newest = std::max(facts.newest, position->finished);
  }
  ASSIGN_OR_RETURN(facts.exports, ReadExportStates(volume));
  facts.free_bytes = FreeBytes(directory);
  return facts;
}

Result<uint64_t> Discard(storage::LocalBackend& volume, const UpkeepPlan& plan, const Clock& clock,
                         const Progress& progress) {
  for (const Seqno seqno : plan.surplus) {
    RETURN_IF_ERROR(snapshot::DeleteSnapshot(volume, seqno));
    progress(fmt::format("snapshot {} is deleted", seqno));
  }
  if (!plan.trim) return 0;
  ASSIGN_OR_RETURN(const auto log, OpenLog(volume, clock));
  ASSIGN_OR_RETURN(const uint64_t freed, log->Trim(*plan.trim));
  if (freed > 0) progress(fmt::format("{} MiB of the log are trimmed", freed >> 20));
  return freed;
}

Status TendVolume(const TakeRequest& request, const UpkeepPolicy& policy, const Clock& clock,
                  const Progress& progress, const std::atomic<bool>& cancel) {
  const std::string& directory = request.nodes.volume;
  ASSIGN_OR_RETURN(const auto options,
                   settings::ProviderOptions::Parse(request.nodes.provider_options));
  ASSIGN_OR_RETURN(const auto volume,
                   AttachForUpkeep(directory, (uint64_t{options.segment_mib} + 1) << 20));
  if (volume->NeedsRecovery()) {
    return {Code::kUnavailable, "no server is attached to the volume: start a node first"};
  }
  // A snapshot that can't be had must not keep the log from being trimmed.
  const Status taken = TakeIfDue(request, policy, *volume, clock, progress, cancel);
  if (taken.code() == Code::kConflict || taken.code() == Code::kAborted) return taken;
  ASSIGN_OR_RETURN(const auto lease, LeaseKeeper::Take(*volume, clock, kSnapshotLease, &cancel));
  ASSIGN_OR_RETURN(const VolumeFacts facts, GatherFacts(*volume, directory, clock));
  RETURN_IF_ERROR(lease->Confirm());
  RETURN_IF_ERROR(Discard(*volume, PlanUpkeep(policy, facts), clock, progress).status());
  const Status kept = volume->KeepReserve();
  if (!kept.ok()) LogWarning("nothing is held back for a full disk: {}", kept.message());
  return taken;
}

UpkeepWatch::UpkeepWatch(std::string volume, PolicySource policy, UpkeepDuty duty,
                         const Clock& clock)
    : volume_(std::move(volume)),
      policy_(std::move(policy)),
      duty_(std::move(duty)),
      clock_(clock),
      thread_([this] { Loop(); }) {}

UpkeepWatch::~UpkeepWatch() {
  {
    MutexLock lock(mutex_);
    stop_ = true;
    wake_.NotifyAll();
  }
  cancel_ = true;
  thread_.join();
}

void UpkeepWatch::Allow(bool ready) {
  MutexLock lock(mutex_);
  ready_ = ready;
}

void UpkeepWatch::Loop() {
  while (true) {
    const int64_t look_ns = static_cast<int64_t>(policy_.policy.look_seconds) * 1'000'000'000;
    {
      MutexLock lock(mutex_);
      if (!stop_) wake_.WaitFor(mutex_, look_ns);
      if (stop_) return;
      if (!ready_) continue;
    }
    ReadPolicy();
    if (IsDue()) Tend();
  }
}

void UpkeepWatch::ReadPolicy() {
  if (policy_.file.empty()) return;
  const auto text = snapshot::ReadFile(policy_.file, kPolicyBytesMax);
  auto policy = text.ok() ? UpkeepPolicy::Parse(FirstLine(AsText(*text)))
                          : Result<UpkeepPolicy>(text.status());
  if (policy.ok()) {
    policy_.policy = *std::move(policy);
  } else {
    LogWarning("{}: {}", duty_.name, policy.status().WithContext(policy_.file).message());
  }
}

bool UpkeepWatch::IsDue() {
  const auto volume = LookAtVolume(volume_);
  const auto facts = volume.ok() ? GatherFacts(**volume, volume_, clock_, &known_)
                                 : Result<VolumeFacts>(volume.status());
  if (!facts.ok()) {
    LogWarning("{}: {}", duty_.name, facts.status().message());
    return false;
  }
  const UpkeepPlan plan = PlanUpkeep(policy_.policy, *facts);
  if (!duty_.warns) return duty_.due(plan);
  std::string warning;
  for (const std::string& line : plan.warnings) warning += (warning.empty() ? "" : "; ") + line;
  if (warning != last_warning_ && !warning.empty()) LogWarning("{}", warning);
  last_warning_ = warning;
  return duty_.due(plan);
}

// Asked to end it ends its replica, too.
Result<ProcessEnd> UpkeepWatch::Run() {
  std::vector<std::string> command = duty_.command;
  if (duty_.takes_policy) command.push_back("--upkeep=" + policy_.policy.ToString());
  ASSIGN_OR_RETURN(const Child child, Spawn({command, duty_.output}));
  bool asked = false;
  for (int left_ms = kEndMs; !WaitForEnd(child.pidfd, kLookMs);) {
    if (!cancel_.load()) continue;
    if (!asked) (void)SendSignal(child.pidfd, SIGTERM);
    asked = true;
    left_ms -= kLookMs;
    if (left_ms > 0) continue;
    (void)SendSignal(child.pidfd, SIGKILL);
    // One that hangs in the kernel dies when it can.
    if (!WaitForEnd(child.pidfd, kEndMs)) return Status(Code::kAborted, "cancelled");
    break;
  }
  const ProcessEnd end = Reap(child.id);
  if (asked) return Status(Code::kAborted, "cancelled");
  return end;
}

void UpkeepWatch::Tend() {
  unlink(duty_.output.c_str());
  const auto end = Run();
  const std::string tail = TailLines(ReadLogTail(duty_.output), 1);
  if (!end.ok()) {
    if (end.status().code() != Code::kAborted) {
      LogWarning("{}: {}", duty_.name, end.status().message());
    }
  } else if (*end == ProcessEnd{true, 0, 0}) {
    LogInfo("{}: {}", duty_.name, tail);
  } else if (end->exit_code != 5) {  // another does it
    LogWarning("{} ended with {}: {}", duty_.name, end->ToString(), tail);
  }
}

}  // namespace borealis::node

#include "provider/unaided_start.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "provider/engine_run.h"
#include "snapshot/publish.h"
#include "snapshot/restore.h"

namespace borealis::provider {
namespace {

using Kind = UnaidedVerdict::Kind;
using snapshot::CacheCondition;

UnaidedVerdict Restore(std::string why) {
  return {Kind::kRestore, Seqno::Undefined(), std::move(why)};
}

Result<UnaidedVerdict> Judge(const std::string& datadir, const snapshot::CacheState& state,
                             const LogFacts& log) {
  if (state.condition == CacheCondition::kDiscarded) return Restore(state.reason);
  if (state.condition != CacheCondition::kSafe) {
    return Restore(fmt::format("it is {} since seqno {}{}{}", CacheConditionName(state.condition),
                               state.at, state.reason.empty() ? "" : ": ", state.reason));
  }
  ASSIGN_OR_RETURN(const snapshot::EnginePosition position,
                   RecoverEngines(datadir + "/borealis_recover.err"));
  return JudgeUnaided(state, position, log);
}

Result<Seqno> RestoreNewest(storage::Backend& volume, encryption::KeyRing* keys,
                            const std::string& datadir, const snapshot::CacheState& state,
                            const LogFacts& log, const std::string& why) {
  ASSIGN_OR_RETURN(const std::vector<Seqno> snapshots, snapshot::ListSnapshots(volume));
  if (snapshots.empty()) {
    return Status(Code::kInvalidArgument,
                  fmt::format("{} can't be used ({}), and the volume has no snapshot to restore it "
                              "from: remove its databases and start on an empty directory",
                              datadir, why));
  }
  LogInfo("{} can't be used, {}: a snapshot of the volume takes its place", datadir, why);
  return snapshot::RestoreNewestUsable(snapshots, log.oldest, [&](Seqno seqno) -> Status {
    ASSIGN_OR_RETURN(const snapshot::Manifest manifest, snapshot::ReadManifest(volume, seqno));
    if (manifest.volume != state.volume) {
      return {Code::kCorruption,
              fmt::format("snapshot {} is one of volume {}", seqno, manifest.volume.ToString())};
    }
    return snapshot::RestoreInPlace(volume, seqno, keys, datadir, state.node,
                                    static_cast<uint32_t>(log.skipped.size()))
        .status();
  });
}

}  // namespace

UnaidedVerdict JudgeUnaided(const snapshot::CacheState& state,
                            const snapshot::EnginePosition& position, const LogFacts& log) {
  // Engines without a position have either seen nothing, or were told to forget it
  // (--wsrep-new-cluster): nobody can say which.
  if (position.history.IsNil() || !position.seqno.IsDefined()) {
    return Restore("its engines hold no position");
  }
  if (position.history != state.volume) {
    return {Kind::kRefuse, Seqno::Undefined(),
            fmt::format("the engines hold a position of history {}, this is volume {}: start the "
                        "server on its own volume, or remove the data",
                        position.history.ToString(), state.volume.ToString())};
  }
  if (position.seqno < state.last_isolated) {
    return Restore(fmt::format("its engines came back to seqno {}, before the statement at {}",
                               position.seqno, state.last_isolated));
  }
  if (const auto held = snapshot::HeldSkipped(state, position.seqno, log.skipped)) {
    return Restore(fmt::format("it holds the record at seqno {}, which was skipped since", *held));
  }
  if (position.seqno < log.oldest) {
    return Restore(fmt::format("the log after its seqno {} was trimmed", position.seqno));
  }
  return {Kind::kStart, position.seqno, ""};
}

Result<Seqno> PrepareUnaided(storage::Backend& volume, encryption::KeyRing* keys,
                             const std::string& datadir, const snapshot::CacheState& state,
                             const LogFacts& log) {
  if (EnginesRun(datadir)) {
    return Status(Code::kInvalidArgument,
                  fmt::format("the server was started on used data in {} without a position: run "
                              "'mariadbd --wsrep-recover' and pass what it prints as "
                              "--wsrep-start-position (the node agent does), or set another "
                              "wsrep_sst_method than skip",
                              datadir));
  }
  ASSIGN_OR_RETURN(const UnaidedVerdict verdict, Judge(datadir, state, log));
  switch (verdict.kind) {
    case Kind::kStart:
      return verdict.seqno;
    case Kind::kRestore:
      return RestoreNewest(volume, keys, datadir, state, log, verdict.reason);
    case Kind::kRefuse:
      break;
  }
  return Status(Code::kInvalidArgument, fmt::format("{}: {}", datadir, verdict.reason));
}

Status PublishGenesis(storage::Backend& volume, const std::string& datadir, const Uuid& uuid,
                      SegmentId first) {
  if (EnginesRun(datadir)) return Status::Ok();
  snapshot::Manifest manifest;
  manifest.volume = uuid;
  manifest.position = {first, 0, 0};
  manifest.server_version = "unknown";
  manifest.created_us = SystemClock().WallUs();
  snapshot::PublishOptions options;
  options.skip = [&](const std::string& path) {
    const std::string top = path.substr(0, path.find('/'));
    struct stat info {};
    const bool is_directory =
        stat((datadir + "/" + top).c_str(), &info) == 0 && S_ISDIR(info.st_mode);
    return !snapshot::IsDatabaseState(top, is_directory);
  };
  return snapshot::PublishSnapshot(volume, datadir, manifest, options).status();
}

}  // namespace borealis::provider

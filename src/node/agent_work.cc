#include "node/agent_work.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "log/chain.h"
#include "log/identity.h"
#include "log/skips.h"
#include "node/binary_log.h"
#include "node/server_process.h"
#include "node/server_version.h"
#include "node/volume.h"
#include "snapshot/publish.h"
#include "snapshot/restore.h"

namespace borealis::node {
namespace {

constexpr int kRecoverTimeoutMs = 600'000;

Result<Seqno> Restore(const ServerConfig& config, Seqno until, const std::atomic<bool>* cancel) {
  ASSIGN_OR_RETURN(const auto volume, LookAtVolume(config.volume));
  ASSIGN_OR_RETURN(std::vector<Seqno> snapshots, snapshot::ListSnapshots(*volume));
  if (snapshots.empty()) {
    return Status(
        Code::kNotFound,
        fmt::format("{} has no snapshot: its creation did not finish; run `borealis volume "
                    "create {}` again",
                    config.volume, config.volume));
  }
  RETURN_IF_ERROR(CheckServerOf(config, *volume));
  std::erase_if(snapshots, [&](Seqno seqno) { return seqno > until; });
  if (snapshots.empty()) {
    return Status(Code::kNotFound,
                  fmt::format("{} has no snapshot up to seqno {}", config.volume, until));
  }
  // Before the snapshot is read: whoever skips a record deletes the snapshots that hold it first.
  ASSIGN_OR_RETURN(const std::vector<log::Skip> skips, log::ReadSkips(*volume));
  ASSIGN_OR_RETURN(const auto keys, OpenVolumeKeys(*volume));
  RETURN_IF_ERROR(DiscardCache(config.layout.data()));
  ASSIGN_OR_RETURN(const log::Identity identity, log::ReadIdentity(*volume));
  ASSIGN_OR_RETURN(const log::Chain chain, log::ReadChainRegister(*volume, identity.volume));
  const auto restore = [&](Seqno seqno) -> Status {
    ASSIGN_OR_RETURN(const snapshot::Manifest manifest, snapshot::ReadManifest(*volume, seqno));
    if (manifest.volume != config.volume_uuid) {
      return {Code::kCorruption, fmt::format("snapshot {} is one of volume {}", manifest.seqno,
                                             manifest.volume.ToString())};
    }
    return snapshot::RestoreSnapshot(*volume, seqno, keys.get(), config.layout.data(), config.name,
                                     static_cast<uint32_t>(skips.size()), cancel)
        .status();
  };
  return snapshot::RestoreNewestUsable(snapshots, chain.entries.front().before, restore);
}

Result<LogBounds> LookAtLog(const std::string& directory) {
  ASSIGN_OR_RETURN(const auto volume, LookAtVolume(directory));
  return ReadLogBounds(*volume);
}

// Engines of another series would change the files.
Status CheckServerBeforeRecovery(const ServerConfig& config) {
  ASSIGN_OR_RETURN(const auto volume, LookAtVolume(config.volume));
  return CheckServerOf(config, *volume);
}

}  // namespace

CacheFacts LookAtCache(const std::string& datadir) {
  CacheFacts facts;
  const auto names = snapshot::ListDirectory(datadir);
  facts.present = names.ok() ? !names->empty() : names.status().code() != Code::kNotFound;
  if (facts.present) facts.state = snapshot::ReadCacheState(datadir);
  return facts;
}

Status CheckServerOf(const ServerConfig& config, storage::Backend& volume) {
  ASSIGN_OR_RETURN(const std::vector<Seqno> snapshots, snapshot::ListSnapshots(volume));
  for (auto seqno = snapshots.rbegin(); seqno != snapshots.rend(); ++seqno) {
    const auto manifest = snapshot::ReadManifest(volume, *seqno);
    if (!manifest.ok()) continue;  // damaged: another says the same
    if (!ParseServerVersion(manifest->server_version).ok()) break;
    ASSIGN_OR_RETURN(const std::string said, ServerVersion(config.server, config.layout.root));
    return CheckServerVersion(manifest->server_version, said);
  }
  return Status::Ok();
}

Status DiscardCache(const std::string& datadir) {
  const std::string discarded = datadir + ".discarded";
  RETURN_IF_ERROR(snapshot::RemoveTree(discarded));
  if (!snapshot::PathExists(datadir)) return Status::Ok();
  if (rename(datadir.c_str(), discarded.c_str()) != 0) {
    return snapshot::ErrnoStatus(errno, "rename", datadir);
  }
  return snapshot::RemoveTree(discarded);
}

Restored RestoreNewest(const ServerConfig& config, const std::atomic<bool>* cancel, Seqno until) {
  const Result<Seqno> seqno = Restore(config, until, cancel);
  return {seqno.status(), seqno.ok() ? *seqno : Seqno::Undefined()};
}

Recovered RecoverPosition(const ServerConfig& config, const std::atomic<bool>* cancel) {
  Recovered recovered;
  recovered.status = CheckServerBeforeRecovery(config);
  if (!recovered.status.ok()) return recovered;
  Result<LogBounds> log = Status(Code::kInternal, "not read");
  std::thread look([&] { log = LookAtLog(config.volume); });
  const std::string output = config.layout.recover_log();
  unlink(output.c_str());
  const std::string binary_log = BinaryLogName(config.fragment);
  const bool has_binary_log = !binary_log.empty() && HasBinaryLog(config.layout.data(), binary_log);
  const Result<ProcessEnd> end =
      RunToEnd({RecoverCommand(config, has_binary_log), output}, kRecoverTimeoutMs, cancel);
  look.join();
  if (!end.ok()) {
    recovered.status = end.status();
    return recovered;
  }
  const auto bytes = snapshot::ReadFile(output, 64 << 20);
  const std::string_view text = bytes.ok() ? AsText(*bytes) : std::string_view();
  const auto position = snapshot::ParseRecoveredPosition(text);
  if (*end != ProcessEnd{true, 0, 0} || !position) {
    const std::string error = LastErrorLine(text);
    recovered.engines_failed = BlamesEngines(error) || end->signal != 0;
    recovered.status = Status(Code::kIo, error.empty() ? end->ToString() : error);
    return recovered;
  }
  recovered.position = *position;
  recovered.gtid = snapshot::ParseRecoveredGtid(text);
  recovered.status = log.status();
  if (log.ok()) recovered.log = *log;
  return recovered;
}

Status PrepareBinaryLog(const ServerConfig& config, const std::string& gtid) {
  const std::string name = BinaryLogName(config.fragment);
  if (name.empty() || HasBinaryLog(config.layout.data(), name)) return Status::Ok();
  return BeginBinaryLogAfter(config.layout.data(), name, gtid);
}

void Worker::Start(std::function<Event(const std::atomic<bool>*)> job,
                   std::function<void(Event)> done) {
  CancelAndJoin();
  cancel_ = false;
  thread_ =
      std::thread([this, job = std::move(job), done = std::move(done)] { done(job(&cancel_)); });
}

void Worker::CancelAndJoin() {
  cancel_ = true;
  if (thread_.joinable()) thread_.join();
}

}  // namespace borealis::node

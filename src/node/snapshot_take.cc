#include "node/snapshot_take.h"

#include <fmt/core.h>

#include <algorithm>

#include "certification/certifier.h"
#include "log/chain.h"
#include "log/identity.h"
#include "node/lease_keeper.h"
#include "node/replica.h"
#include "node/server_process.h"
#include "node/volume.h"
#include "snapshot/publish.h"

namespace borealis::node {
namespace {

using snapshot::Manifest;

Result<Manifest> Describe(const ServerConfig& replica, const snapshot::Checkpoint& checkpoint,
                          const Clock& clock) {
  ASSIGN_OR_RETURN(const certification::Certifier certifier,
                   certification::Certifier::Load(checkpoint.certifier));
  Manifest manifest;
  manifest.volume = checkpoint.volume;
  manifest.seqno = checkpoint.seqno;
  manifest.position = checkpoint.position;
  manifest.view = certifier.view();
  manifest.certifier_digest = certifier.StateDigest();
  manifest.certifier = checkpoint.certifier;
  ASSIGN_OR_RETURN(manifest.server_version, ServerVersion(replica.server, replica.layout.root));
  manifest.created_us = clock.WallUs();
  return manifest;
}

Result<Manifest> Publish(storage::Backend& volume, const ServerConfig& replica, Manifest manifest,
                         LeaseKeeper& lease, const Progress& progress,
                         const std::atomic<bool>& cancel) {
  snapshot::PublishOptions options;
  options.progress = [&,
                      tell = TellBytes("published", progress, cancel)](uint64_t bytes) -> Status {
    if (lease.lost()) return {Code::kConflict, "another took the lease"};
    return tell(bytes);
  };
  // Who takes a snapshot sweeps what has no manifest: from here on nobody else does.
  options.before_visible = [&] { return lease.Confirm(); };
  ASSIGN_OR_RETURN(const auto keys, OpenVolumeKeys(volume));
  options.keys = keys.get();
  ASSIGN_OR_RETURN(manifest, snapshot::PublishSnapshot(volume, replica.layout.data(),
                                                       std::move(manifest), options));
  // A taker that was stopped between the two, longer than the lease holds, finds its data swept.
  const auto data = volume.OpenBlob(snapshot::DataBlobName(manifest.seqno));
  if (!data.ok()) {
    (void)snapshot::DeleteSnapshot(volume, manifest.seqno);
    return Status(Code::kConflict, "another took the lease and swept the data");
  }
  return manifest;
}

}  // namespace

Result<std::optional<Manifest>> TakeSnapshot(const TakeRequest& request, const Clock& clock,
                                             const Progress& progress,
                                             const std::atomic<bool>& cancel) {
  ASSIGN_OR_RETURN(ServerConfig replica, ReplicaConfig(request.nodes, request.data));
  ASSIGN_OR_RETURN(const auto volume, AttachVolume(replica.volume));
  if (volume->NeedsRecovery()) {
    return Status(Code::kUnavailable,
                  fmt::format("no server is attached to {}: a snapshot is taken while a node runs",
                              replica.volume));
  }
  ASSIGN_OR_RETURN(const log::Identity identity, log::ReadIdentity(*volume));
  replica.volume_uuid = identity.volume;
  auto lease = LeaseKeeper::Take(*volume, clock, kSnapshotLease, &cancel);
  if (!lease.ok()) return lease.status().WithContext("another takes a snapshot now");
  RETURN_IF_ERROR(snapshot::SweepSnapshots(*volume).status());
  ASSIGN_OR_RETURN(const LogBounds bounds, ReadLogBounds(*volume));
  ASSIGN_OR_RETURN(const std::vector<Seqno> existing, snapshot::ListSnapshots(*volume));
  if (!existing.empty() && existing.back() >= bounds.newest) return std::optional<Manifest>();
  ASSIGN_OR_RETURN(const snapshot::Checkpoint checkpoint,
                   CatchUp(replica, bounds.newest, clock, progress, cancel));
  ASSIGN_OR_RETURN(Manifest manifest, Describe(replica, checkpoint, clock));
  progress(fmt::format("publishing snapshot {}", manifest.seqno));
  ASSIGN_OR_RETURN(manifest,
                   Publish(*volume, replica, std::move(manifest), **lease, progress, cancel));
  return std::optional(std::move(manifest));
}

Status DeleteSnapshotSafely(storage::Backend& volume, Seqno seqno, const Clock& clock) {
  ASSIGN_OR_RETURN(const auto lease, LeaseKeeper::Take(volume, clock, kSnapshotLease, nullptr));
  ASSIGN_OR_RETURN(const log::Identity identity, log::ReadIdentity(volume));
  ASSIGN_OR_RETURN(const log::Chain chain, log::ReadChainRegister(volume, identity.volume));
  ASSIGN_OR_RETURN(const std::vector<Seqno> snapshots, snapshot::ListSnapshots(volume));
  if (std::ranges::find(snapshots, seqno) == snapshots.end()) {
    return {Code::kNotFound, fmt::format("the volume has no snapshot {}", seqno)};
  }
  const bool another = std::ranges::any_of(snapshots, [&](Seqno other) {
    return other != seqno && other >= chain.entries.front().before &&
           snapshot::ReadManifest(volume, other).ok();
  });
  if (!another) {
    return {
        Code::kInvalidArgument,
        fmt::format("snapshot {} is the only one that a node can start from; take another first",
                    seqno)};
  }
  RETURN_IF_ERROR(lease->Confirm());
  return snapshot::DeleteSnapshot(volume, seqno);
}

}  // namespace borealis::node

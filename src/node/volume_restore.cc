#include "node/volume_restore.h"

#include <fmt/core.h>

#include <optional>

#include "log/identity.h"
#include "node/genesis.h"
#include "node/log_hold.h"
#include "node/new_history.h"
#include "node/replica.h"
#include "node/restore_target.h"
#include "node/volume.h"
#include "node/volume_create.h"
#include "settings/provider_options.h"
#include "snapshot/publish.h"
#include "storage/local/local_backend.h"

namespace borealis::node {
namespace {

// Identity and an empty log, for data that certifies as the old one did.
Result<Uuid> MakeVolume(const std::string& directory, const log::Identity& old, bool encrypt,
                        const Clock& clock, const std::string& provider_options) {
  RETURN_IF_ERROR(storage::LocalBackend::Create(directory));
  ASSIGN_OR_RETURN(const auto options, settings::ProviderOptions::Parse(provider_options));
  ASSIGN_OR_RETURN(const auto volume,
                   AttachVolume(directory, (uint64_t{options.segment_mib} + 1) << 20));
  log::Identity identity;
  identity.volume = Uuid::Random();
  identity.certification_window = old.certification_window;
  RETURN_IF_ERROR(MakeLog(*volume, identity, encrypt || old.encrypted(), clock));
  return identity.volume;
}

}  // namespace

Result<Uuid> RestoreVolume(const RestoreRequest& request, const Clock& clock,
                           const Progress& progress, const std::atomic<bool>& cancel) {
  ASSIGN_OR_RETURN(const auto old_volume, LookAtVolume(request.nodes.volume));
  ASSIGN_OR_RETURN(const log::Identity old, log::ReadIdentity(*old_volume));
  RETURN_IF_ERROR(OpenVolumeKeys(*old_volume).status());  // before the work, not after it
  if (request.encrypt) {
    RETURN_IF_ERROR(encryption::FetchMasterKey(encryption::KeySource::FromEnvironment()).status());
  }
  ASSIGN_OR_RETURN(ServerConfig replica,
                   ReplicaConfig(request.nodes, RestoringLayout(request.target)));
  replica.volume_uuid = old.volume;
  if (!replica.provider_options.empty()) replica.provider_options += ";";
  replica.provider_options += kMayBeAlone;
  {
    const LogHold hold(request.nodes.volume, "restore", request.log_from, clock);
    RETURN_IF_ERROR(CatchUp(replica, request.until, clock, progress, cancel).status());
  }
  progress("making the data the start of a new history");
  replica.volume = RestoringVolume(request.target);
  ASSIGN_OR_RETURN(replica.volume_uuid, MakeVolume(replica.volume, old, request.encrypt, clock,
                                                   request.nodes.provider_options));
  RETURN_IF_ERROR(BeginHistory(replica, clock, progress, cancel));
  progress("publishing it as snapshot 0 of the new volume");
  {
    ASSIGN_OR_RETURN(const auto volume, AttachVolume(replica.volume));
    snapshot::PublishOptions options;
    options.progress = TellBytes("packed", progress, cancel);
    RETURN_IF_ERROR(PublishGenesis(*volume, replica.layout.data(), replica.server,
                                   replica.layout.root, clock, options));
  }
  RETURN_IF_ERROR(ShowRestoredVolume(request.target));
  return replica.volume_uuid;
}

}  // namespace borealis::node

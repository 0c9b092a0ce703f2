#include "node/genesis.h"

#include <fmt/core.h>

#include "log/chain.h"
#include "log/identity.h"
#include "node/server_process.h"
#include "node/volume.h"

namespace borealis::node {

Status PublishGenesis(storage::Backend& volume, const std::string& datadir,
                      const std::string& server, const std::string& scratch, const Clock& clock,
                      const snapshot::PublishOptions& options) {
  ASSIGN_OR_RETURN(const log::Identity identity, log::ReadIdentity(volume));
  ASSIGN_OR_RETURN(const log::Chain chain, log::ReadChainRegister(volume, identity.volume));
  ASSIGN_OR_RETURN(const LogBounds bounds, ReadLogBounds(volume));
  if (bounds.newest != Seqno::Zero()) {
    return {Code::kInternal, fmt::format("the new volume's log is at seqno {}", bounds.newest)};
  }
  snapshot::Manifest manifest;
  manifest.volume = identity.volume;
  manifest.seqno = Seqno::Zero();
  manifest.position = {chain.entries.front().segment.id, 0, 0};
  ASSIGN_OR_RETURN(manifest.server_version, ServerVersion(server, scratch));
  manifest.created_us = clock.WallUs();
  ASSIGN_OR_RETURN(const auto keys, OpenVolumeKeys(volume));
  snapshot::PublishOptions sealed = options;
  sealed.keys = keys.get();
  return snapshot::PublishSnapshot(volume, datadir, std::move(manifest), sealed).status();
}

}  // namespace borealis::node

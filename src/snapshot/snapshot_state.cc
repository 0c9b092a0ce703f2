#include "snapshot/snapshot_state.h"

#include <fmt/core.h>

#include "snapshot/publish.h"
#include "snapshot/sealed_stream.h"

namespace borealis::snapshot {

Result<Checkpoint> ReadSnapshotState(storage::Backend& backend, Seqno seqno, const Uuid& volume,
                                     encryption::KeyRing* keys) {
  ASSIGN_OR_RETURN(Manifest manifest, ReadManifest(backend, seqno));
  if (manifest.volume != volume) {
    return Status(Code::kCorruption, fmt::format("it is of volume {}", manifest.volume.ToString()));
  }
  ASSIGN_OR_RETURN(manifest.certifier,
                   OpenState(keys, manifest.data_key, volume, seqno, manifest.certifier));
  if (Hash64(manifest.certifier, 0) != manifest.certifier_digest) {
    return Status(Code::kCorruption, "its certification state has another digest");
  }
  return Checkpoint{volume, seqno, manifest.position, std::move(manifest.certifier)};
}

}  // namespace borealis::snapshot

#include "node/volume_import.h"

#include <fmt/core.h>

#include "node/restore_target.h"
#include "node/time_text.h"
#include "node/volume.h"
#include "node/volume_restore.h"
#include "storage/local/local_backend.h"

namespace borealis::node {
namespace {

// Makes the volume of the old history and lets go of it.
Status Fill(const ImportRequest& request, const Progress& progress,
            const std::atomic<bool>& cancel) {
  ASSIGN_OR_RETURN(const auto directory,
                   backup::ExportDirectory::OpenForReading(request.directory));
  ASSIGN_OR_RETURN(const backup::ExportManifest manifest, backup::ReadExport(directory));
  progress(fmt::format("reading the export of volume {}, seqno {} of {}",
                       manifest.identity.volume.ToString(), manifest.until,
                       FormatMoment(manifest.until_time_us)));
  if (manifest.keys.has_value()) {  // before the work, not after it
    const encryption::KeySource source = encryption::KeySource::FromEnvironment();
    ASSIGN_OR_RETURN(const encryption::MasterKey master, encryption::FetchMasterKey(source));
    RETURN_IF_ERROR(encryption::UnwrapKey(*manifest.keys, manifest.keys->keys.front(), master)
                        .status()
                        .WithContext("the export is encrypted; " + source.Describe()));
  }
  const std::string history = ImportedHistory(request.target);
  RETURN_IF_ERROR(storage::LocalBackend::Create(history));
  ASSIGN_OR_RETURN(const auto volume, AttachVolume(history, backup::SegmentBytesMaxOf(manifest)));
  const bool newest = !request.point.seqno.has_value() && !request.point.time_us.has_value();
  return backup::FillVolume(directory, manifest, !newest, *volume,
                            CountBytes("read", progress, cancel));
}

}  // namespace

std::string ImportedHistory(const std::string& target) {
  return RestoringLayout(target).root + "/history";
}

Result<Imported> ImportVolume(const ImportRequest& request, const Clock& clock,
                              const Progress& progress, const std::atomic<bool>& cancel) {
  RETURN_IF_ERROR(Fill(request, progress, cancel));
  RestoreRequest restore;
  restore.nodes = request.nodes;
  restore.target = request.target;
  restore.encrypt = request.encrypt;
  Imported imported;
  {
    ASSIGN_OR_RETURN(const auto volume, LookAtVolume(request.nodes.volume));
    ASSIGN_OR_RETURN(const RestoreWindow window, ReadRestoreWindow(*volume));
    ASSIGN_OR_RETURN(imported.moment,
                     ResolveRestorePoint(*volume, request.point, window, clock.WallUs()));
    restore.log_from = window.log_from;
  }
  restore.until = imported.moment.seqno;
  ASSIGN_OR_RETURN(imported.volume, RestoreVolume(restore, clock, progress, cancel));
  return imported;
}

}  // namespace borealis::node

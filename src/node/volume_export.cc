#include "node/volume_export.h"

#include "node/log_hold.h"
#include "node/restore_window.h"
#include "node/volume.h"

namespace borealis::node {

Result<backup::ExportReport> ExportVolume(const ExportRequest& request, const Clock& clock,
                                          const Progress& progress,
                                          const std::atomic<bool>& cancel) {
  ASSIGN_OR_RETURN(const auto directory, backup::ExportDirectory::OpenForWriting(request.directory));
  ASSIGN_OR_RETURN(const auto volume, LookAtVolume(request.volume));
  ASSIGN_OR_RETURN(const RestoreWindow window, ReadRestoreWindow(*volume));
  const LogHold hold(request.volume, "export", window.log_from, clock);
  backup::ExportOptions options;
  options.keep = request.keep;
  options.step = progress;
  options.moved = CountBytes("copied", progress, cancel);
  return backup::ExportVolume(*volume, directory, options, clock);
}

}  // namespace borealis::node

#include "node/volume_export.h"

#include <fmt/core.h>

#include <algorithm>

#include "node/export_state.h"
#include "node/log_hold.h"
#include "node/restore_window.h"
#include "node/volume.h"

namespace borealis::node {
namespace {

ExportState StateOf(storage::Backend& volume, const std::string& directory) {
  const auto states = ReadExportStates(volume);
  if (states.ok()) {
    const auto found = std::ranges::find(*states, directory, &ExportState::directory);
    if (found != states->end()) return *found;
  }
  ExportState state;
  state.directory = directory;
  return state;
}

// A share that is not mounted looks like an empty directory, on the very disk to be safe from.
Status CheckStillThere(const ExportRequest& request, const ExportState& state,
                       const backup::ExportDirectory& directory) {
  if (request.every_minutes == 0 || state.succeeded_us == 0) return Status::Ok();
  ASSIGN_OR_RETURN(const auto manifest, directory.ReadManifest());
  if (manifest.has_value()) return Status::Ok();
  return {Code::kNotFound,
          fmt::format("{} held an export up to seqno {} and holds none now: is it mounted? One by "
                      "hand, without --every, begins a new one",
                      request.directory, state.until)};
}

Result<backup::ExportReport> Export(const ExportRequest& request, const Clock& clock,
                                    const Progress& progress, const std::atomic<bool>& cancel) {
  ASSIGN_OR_RETURN(const auto directory,
                   backup::ExportDirectory::OpenForWriting(request.directory));
  ASSIGN_OR_RETURN(const auto volume, LookAtVolume(request.volume));
  RETURN_IF_ERROR(CheckStillThere(request, StateOf(*volume, request.directory), directory));
  ASSIGN_OR_RETURN(const RestoreWindow window, ReadRestoreWindow(*volume));
  const LogHold hold(request.volume, "export", window.log_from, clock);
  backup::ExportOptions options;
  options.keep = request.keep;
  options.step = progress;
  options.moved = CountBytes("copied", progress, cancel);
  return backup::ExportVolume(*volume, directory, options, clock);
}

// Where nobody is attached nobody will be told either.
Status Note(const ExportRequest& request, const Result<backup::ExportReport>& report,
            const Clock& clock) {
  ASSIGN_OR_RETURN(const auto volume, AttachVolume(request.volume));
  if (volume->NeedsRecovery()) return Status::Ok();
  ExportState state = StateOf(*volume, request.directory);
  state.every_minutes = request.every_minutes;
  if (report.ok()) {
    state.until = report->manifest.until;
    state.until_time_us = report->manifest.until_time_us;
    state.succeeded_us = clock.WallUs();
    state.failed_us = 0;
    state.failure.clear();
  } else {
    state.failed_us = clock.WallUs();
    state.failure = report.status().message();
  }
  return volume->PutHint(ExportHintName(request.directory), EncodeExportState(state));
}

}  // namespace

Result<backup::ExportReport> ExportVolume(const ExportRequest& request, const Clock& clock,
                                          const Progress& progress,
                                          const std::atomic<bool>& cancel) {
  auto report = Export(request, clock, progress, cancel);
  const Code code = report.status().code();
  // Another works on it and will tell, or a person stopped it.
  if (code == Code::kConflict || code == Code::kAborted) return report;
  const Status noted = Note(request, report, clock);
  if (!noted.ok()) progress("how it went can't be noted in the volume: " + noted.message());
  return report;
}

void NoteExportFailure(const ExportRequest& request, const Status& why, const Clock& clock) {
  (void)Note(request, why, clock);  // the caller says why, too
}

}  // namespace borealis::node

// borealis volume export | import
#include <fmt/core.h>

#include <atomic>
#include <memory>

#include "base/clock.h"
#include "cli/common.h"
#include "cli/new_volume.h"
#include "cli/point_arguments.h"
#include "cli/server_arguments.h"
#include "node/account.h"
#include "node/restore_target.h"
#include "node/time_text.h"
#include "node/volume.h"
#include "node/volume_export.h"
#include "node/volume_import.h"

namespace borealis::cli {
namespace {

// --- export -------------------------------------------------------------------------------------

struct ExportArguments {
  Places places;
  std::string directory;
  size_t keep = backup::kKeepDefault;
  uint32_t every_minutes = 0;
};

Result<int> Export(ExportArguments& args) {
  const int64_t began_ns = SystemClock().MonotonicNs();
  RETURN_IF_ERROR(args.places.Resolve());
  node::ExportRequest request;
  request.volume = args.places.volume;
  request.directory = node::AbsolutePath(args.directory);
  request.keep = args.keep;
  request.every_minutes = args.every_minutes;
  RETURN_IF_ERROR(node::LookAtVolume(request.volume).status());
  ASSIGN_OR_RETURN(const node::Account owner, node::OwnerOf(request.volume));
  const Status provided = node::ProvideDirectory(request.directory, owner);
  RETURN_IF_ERROR(node::BecomeAccount(owner));
  if (!provided.ok()) node::NoteExportFailure(request, provided, SystemClock());
  RETURN_IF_ERROR(provided);
  const std::atomic<bool>& cancel = BeginLongWork();
  const auto report = node::ExportVolume(
      request, SystemClock(), [&](const std::string& step) { PrintStep(step, began_ns); }, cancel);
  if (report.status().code() == Code::kConflict) return ReportBusy(report.status());
  RETURN_IF_ERROR(report.status());
  const backup::ExportManifest& manifest = report->manifest;
  fmt::print("exported up to seqno {}, of {}, to {}: {} copied, {} in all, in {:.1f} s\n",
             manifest.until, node::FormatMoment(manifest.until_time_us), request.directory,
             FormatBytes(report->copied_bytes), FormatBytes(report->total_bytes),
             SecondsSince(began_ns));
  return static_cast<int>(kOk);
}

// --- import -------------------------------------------------------------------------------------

struct ImportArguments {
  std::string directory;
  std::string target;
  std::string owner;
  bool check = false;
  bool encrypt = false;
  PointArguments point;
  ServerArguments server;
};

Result<int> Check(const std::string& path) {
  ASSIGN_OR_RETURN(const auto directory, backup::ExportDirectory::OpenForReading(path));
  ASSIGN_OR_RETURN(const backup::ExportManifest manifest, backup::ReadExport(directory));
  const std::atomic<bool>& cancel = BeginLongWork();
  RETURN_IF_ERROR(backup::CheckExport(directory, manifest, [&](uint64_t) {
    return cancel.load() ? Status(Code::kAborted, "cancelled") : Status::Ok();
  }));
  fmt::print("good: an export of volume {}, of any point from seqno {} to seqno {}, of {}\n",
             manifest.identity.volume.ToString(), manifest.snapshots.front().seqno, manifest.until,
             node::FormatMoment(manifest.until_time_us));
  return static_cast<int>(kOk);
}

// The import of a new volume, which belongs to `owner`.
Result<node::Imported> Make(const ImportArguments& args, const node::Account& owner,
                            node::ImportRequest& request, int64_t began_ns,
                            const std::atomic<bool>& cancel) {
  Places places;
  places.volume = node::ImportedHistory(request.target);
  places.data = request.target;
  return MakeNewVolume<node::Imported>(
      request.target,
      [&](const std::function<Status()>& claim) {
        return PrepareServerAs(owner, places, args.server, node::RestoringLayout(request.target),
                               "", claim, request.nodes);
      },
      [&] {
        return node::ImportVolume(
            request, SystemClock(), [&](const std::string& step) { PrintStep(step, began_ns); },
            cancel);
      });
}

Result<int> Import(const ImportArguments& args) {
  const int64_t began_ns = SystemClock().MonotonicNs();
  node::ImportRequest request;
  request.directory = node::AbsolutePath(args.directory);
  if (args.check) return Check(request.directory);
  if (args.target.empty()) {
    return Status(Code::kInvalidArgument, "give a new directory for the volume, or --check");
  }
  ASSIGN_OR_RETURN(request.target, node::ParseVolumeName(args.target));
  ASSIGN_OR_RETURN(request.point, PointOf(args.point));
  request.encrypt = args.encrypt;
  RETURN_IF_ERROR(node::CheckRestoreTarget(request.target));
  {
    // What can be seen to be wrong at once is said before anything is made.
    ASSIGN_OR_RETURN(const auto directory,
                     backup::ExportDirectory::OpenForReading(request.directory));
    RETURN_IF_ERROR(backup::ReadExport(directory).status());
  }
  ASSIGN_OR_RETURN(const node::Account owner, node::ChooseOwner(args.owner));
  const std::atomic<bool>& cancel = BeginLongWork();
  const auto imported = Make(args, owner, request, began_ns, cancel);
  if (imported.status().code() == Code::kConflict) return ReportBusy(imported.status());
  RETURN_IF_ERROR(imported.status());
  fmt::print(
      "volume {} is ready in {}, as of seqno {} of the exported one, of {} ({:.1f} s); start "
      "it with: borealis up --volume {}\n",
      imported->volume.ToString(), request.target, imported->moment.seqno,
      node::FormatMoment(imported->moment.time_us), SecondsSince(began_ns), request.target);
  return static_cast<int>(kOk);
}

}  // namespace

void AddExportCommands(CLI::App& app, Outcome& outcome) {
  CLI::App* volume = app.get_subcommand("volume");

  auto out = std::make_shared<ExportArguments>();
  CLI::App* command = volume->add_subcommand(
      "export",
      "Copy the newest snapshot and the log to plain files in a directory, which may lie on "
      "another "
      "machine; again into the same one copies what is new. The volume may serve meanwhile. 5 = "
      "another export or import works on the directory");
  AddVolumeOption(*command, out->places, true);
  command->add_option("directory", out->directory, "New directory, or that of an earlier export")
      ->required()
      ->type_name("DIR");
  command->add_option("--keep", out->keep, "Snapshots that the directory keeps, with the log since")
      ->check(CLI::Range(size_t{1}, backup::kKeepMax));
  command->add_option("--every", out->every_minutes,
                      "Minutes until it is to be repeated, by whom ever: `volume show` and agents "
                      "warn when it is overdue or fails; 0: never");
  command->callback([out, &outcome] { outcome.exit_code = Report(Export(*out)); });

  auto in = std::make_shared<ImportArguments>();
  command = volume->add_subcommand(
      "import",
      "Make a new volume with the content of an export: its newest, or as of an earlier point that "
      "it holds. 5 = an export writes there, or another import makes the same volume");
  command->add_option("directory", in->directory, "Of the export")->required()->type_name("DIR");
  command->add_option("volume", in->target, "New or empty directory for the new volume")
      ->type_name("NEWDIR");
  command->add_flag("--check", in->check, "Read every byte of the export and make nothing");
  command->add_flag("--encrypt", in->encrypt,
                    "Encrypt the new volume though the exported one was not encrypted");
  AddPointOptions(*command, in->point);
  command->add_option(
      "--owner", in->owner,
      "User the volume and its servers belong to [default: mysql for root, else you]");
  AddServerOptions(*command, in->server);
  command->callback([in, &outcome] { outcome.exit_code = Report(Import(*in)); });
}

}  // namespace borealis::cli

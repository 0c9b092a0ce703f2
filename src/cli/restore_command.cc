// borealis restore
#include <fmt/core.h>

#include <atomic>
#include <memory>

#include "base/clock.h"
#include "cli/common.h"
#include "cli/new_volume.h"
#include "cli/point_arguments.h"
#include "cli/server_arguments.h"
#include "node/restore_target.h"
#include "node/restore_window.h"
#include "node/time_text.h"
#include "node/volume.h"
#include "node/volume_restore.h"

namespace borealis::cli {
namespace {

struct RestoreArguments {
  Places places;
  ServerArguments server;
  std::string target;
  PointArguments point;
  bool encrypt = false;
};

Result<Uuid> Make(const Places& places, const ServerArguments& server, const std::string& target,
                  const log::Moment& moment, const Position& log_from, bool encrypt,
                  int64_t began_ns, const std::atomic<bool>& cancel) {
  node::RestoreRequest request;
  request.target = target;
  request.until = moment.seqno;
  request.log_from = log_from;
  request.encrypt = encrypt;
  Places made = places;
  made.data = target;
  return MakeNewVolume<Uuid>(
      target,
      [&](const std::function<Status()>& claim) {
        return PrepareServer(made, server, node::RestoringLayout(target), "", claim, request.nodes);
      },
      [&] {
        return node::RestoreVolume(
            request, SystemClock(), [&](const std::string& step) { PrintStep(step, began_ns); },
            cancel);
      });
}

Result<int> Restore(RestoreArguments& args) {
  const int64_t began_ns = SystemClock().MonotonicNs();
  RETURN_IF_ERROR(args.places.Resolve());
  ASSIGN_OR_RETURN(const std::string target, node::ParseVolumeName(args.target));
  ASSIGN_OR_RETURN(const node::RestorePoint point, PointOf(args.point));
  RETURN_IF_ERROR(node::CheckRestoreTarget(target));
  ASSIGN_OR_RETURN(const auto volume, node::LookAtVolume(args.places.volume));
  ASSIGN_OR_RETURN(const node::RestoreWindow window, node::ReadRestoreWindow(*volume));
  ASSIGN_OR_RETURN(const log::Moment moment,
                   node::ResolveRestorePoint(*volume, point, window, SystemClock().WallUs()));
  const std::atomic<bool>& cancel = BeginLongWork();
  fmt::print("restoring seqno {}, of {}, into {}\n", moment.seqno,
             node::FormatMoment(moment.time_us), target);
  std::fflush(stdout);
  const auto uuid = Make(args.places, args.server, target, moment, window.log_from, args.encrypt,
                         began_ns, cancel);
  if (uuid.status().code() == Code::kConflict) return ReportBusy(uuid.status());
  RETURN_IF_ERROR(uuid.status());
  fmt::print("volume {} is ready in {} ({:.1f} s); start it with: borealis up --volume {}\n",
             uuid->ToString(), target, SecondsSince(began_ns), target);
  return static_cast<int>(kOk);
}

}  // namespace

void AddRestoreCommand(CLI::App& app, Outcome& outcome) {
  auto args = std::make_shared<RestoreArguments>();
  CLI::App* command = app.add_subcommand(
      "restore",
      "Make a new volume with exactly the content that another had at a time or seqno; without "
      "either, at its newest: a clone. The other one may serve meanwhile. 5 = another restore into "
      "the same directory is under way");
  AddVolumeOption(*command, args->places, false);
  AddPointOptions(*command, args->point);
  AddServerOptions(*command, args->server);
  command->add_option("new", args->target, "New or empty directory for the new volume")
      ->required()
      ->type_name("NEWDIR");
  command->add_flag("--encrypt", args->encrypt,
                    "Encrypt the new volume though the old one is not encrypted");
  command->callback([args, &outcome] { outcome.exit_code = Report(Restore(*args)); });
}

}  // namespace borealis::cli

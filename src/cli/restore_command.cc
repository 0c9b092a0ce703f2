// borealis restore
#include <fmt/core.h>

#include <atomic>
#include <memory>

#include "base/clock.h"
#include "cli/common.h"
#include "cli/server_arguments.h"
#include "node/agent_setup.h"
#include "node/replica.h"
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
  std::string to_time;
  int64_t to_seqno = -1;
};

Result<node::RestorePoint> PointOf(const RestoreArguments& args) {
  node::RestorePoint point;
  if (args.to_seqno >= 0) point.seqno = Seqno{args.to_seqno};
  if (!args.to_time.empty()) {
    ASSIGN_OR_RETURN(point.time_us, node::ParseMoment(args.to_time));
  }
  return point;
}

// kConflict: another restore works there.
Status ClaimTarget(const std::string& target, node::UniqueFd& lock) {
  auto taken = node::LockNode(node::RestoringLayout(target));
  if (taken.status().code() == Code::kAlreadyExists) {
    return {Code::kConflict, fmt::format("another restore into {} is under way", target)};
  }
  ASSIGN_OR_RETURN(lock, std::move(taken));
  RETURN_IF_ERROR(node::EndLeftoverReplica(node::RestoringLayout(target)));
  return node::ClearRestoreTarget(target);
}

Result<Uuid> Make(const Places& places, const ServerArguments& server, const std::string& target,
                  const log::Moment& moment, const Position& log_from, int64_t began_ns,
                  const std::atomic<bool>& cancel) {
  node::RestoreRequest request;
  request.target = target;
  request.until = moment.seqno;
  request.log_from = log_from;
  node::UniqueFd lock;
  Places made = places;
  made.data = target;
  const Status prepared = PrepareServer(
      made, server, node::RestoringLayout(target), "", [&] { return ClaimTarget(target, lock); },
      request.nodes);
  Result<Uuid> uuid(prepared.ok() ? Status(Code::kInternal, "not run") : prepared);
  if (prepared.ok()) {
    uuid = node::RestoreVolume(
        request, SystemClock(), [&](const std::string& step) { PrintStep(step, began_ns); },
        cancel);
  }
  if (!uuid.ok() && lock.valid()) node::AbandonRestoreTarget(target);
  return uuid;
}

Result<int> Restore(RestoreArguments& args) {
  const int64_t began_ns = SystemClock().MonotonicNs();
  RETURN_IF_ERROR(args.places.Resolve());
  ASSIGN_OR_RETURN(const std::string target, node::ParseVolumeName(args.target));
  ASSIGN_OR_RETURN(const node::RestorePoint point, PointOf(args));
  RETURN_IF_ERROR(node::CheckRestoreTarget(target));
  ASSIGN_OR_RETURN(const auto volume, node::LookAtVolume(args.places.volume));
  ASSIGN_OR_RETURN(const node::RestoreWindow window, node::ReadRestoreWindow(*volume));
  ASSIGN_OR_RETURN(const log::Moment moment,
                   node::ResolveRestorePoint(*volume, point, window, SystemClock().WallUs()));
  const std::atomic<bool>& cancel = BeginLongWork();
  fmt::print("restoring seqno {}, of {}, into {}\n", moment.seqno,
             node::FormatMoment(moment.time_us), target);
  std::fflush(stdout);
  const auto uuid =
      Make(args.places, args.server, target, moment, window.log_from, began_ns, cancel);
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
  CLI::Option* time = command->add_option(
      "--to-time", args->to_time,
      "The last transaction not later than this: 2026-11-23T22:29:03Z, or \"2026-11-23 "
      "22:29:03.250000\", in UTC or with an offset (+01:00)");
  CLI::Option* seqno =
      command->add_option("--to-seqno", args->to_seqno, "The last transaction, by its seqno");
  seqno->check(CLI::NonNegativeNumber);
  time->excludes(seqno);
  AddServerOptions(*command, args->server);
  command->add_option("new", args->target, "New or empty directory for the new volume")
      ->required()
      ->type_name("NEWDIR");
  command->callback([args, &outcome] { outcome.exit_code = Report(Restore(*args)); });
}

}  // namespace borealis::cli

#include "cli/point_arguments.h"

#include "node/time_text.h"

namespace borealis::cli {

void AddPointOptions(CLI::App& app, PointArguments& args) {
  CLI::Option* time = app.add_option(
      "--to-time", args.to_time,
      "The last transaction not later than this: 2026-11-23T22:29:03Z, or \"2026-11-23 "
      "22:29:03.250000\", in UTC or with an offset (+01:00)");
  CLI::Option* seqno =
      app.add_option("--to-seqno", args.to_seqno, "The last transaction, by its seqno");
  seqno->check(CLI::NonNegativeNumber);
  time->excludes(seqno);
}

Result<node::RestorePoint> PointOf(const PointArguments& args) {
  node::RestorePoint point;
  if (args.to_seqno >= 0) point.seqno = Seqno{args.to_seqno};
  if (!args.to_time.empty()) {
    ASSIGN_OR_RETURN(point.time_us, node::ParseMoment(args.to_time));
  }
  return point;
}

}  // namespace borealis::cli

// Options that name a point in a volume's history: --to-time, --to-seqno.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

#include "base/status.h"
#include "node/restore_window.h"

namespace borealis::cli {

struct PointArguments {
  std::string to_time;
  int64_t to_seqno = -1;
};

void AddPointOptions(CLI::App& app, PointArguments& args);
// kInvalidArgument: not a time.
Result<node::RestorePoint> PointOf(const PointArguments& args);

}  // namespace borealis::cli

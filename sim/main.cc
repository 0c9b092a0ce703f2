// sim: runs the deterministic simulator.
//
//   sim --seed N [--steps M] [--nodes K] [--trace]     one run, with its trace hash and figures
//   sim --seeds A..B [--steps M] [--nodes K]           many, with progress and a summary
//   sim ... --bug NAME                                 with a seeded bug
//
// Exit code: 0 no violation; 1 a violation, with the seed and the invariant in one line; 2 usage.
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>

#include "sim/bugs.h"
#include "sim/cluster.h"

namespace {

using borealis::sim::RunOptions;
using borealis::sim::RunResult;

constexpr char kUsage[] =
    "usage: sim --seed N | --seeds A..B  [--steps M] [--nodes K] [--trace] [--bug NAME]\n";

uint64_t running_seed = 0;

// A CHECK failed: it printed what; this says where.
void OnAbort(int) {
  char line[128];
  const auto end = fmt::format_to_n(line, sizeof(line), "sim: seed {} step {}: aborted\n",
                                    running_seed, borealis::sim::CurrentStep());
  const ssize_t written = write(STDERR_FILENO, line, end.size);
  _exit(written < 0 ? 3 : 1);
}

struct Arguments {
  uint64_t first = 0;
  uint64_t last = 0;
  RunOptions run;
};

bool ParseNumber(const char* text, uint64_t* value) {
  char* end = nullptr;
  *value = std::strtoull(text, &end, 10);
  return end != text && *end == '\0';
}

bool ParseRange(const std::string& text, Arguments* out) {
  const size_t dots = text.find("..");
  return dots != std::string::npos && ParseNumber(text.substr(0, dots).c_str(), &out->first) &&
         ParseNumber(text.substr(dots + 2).c_str(), &out->last);
}

bool ParseBug(const std::string& name) {
  if (borealis::sim::SetBug(name)) return true;
  fmt::print(stderr, "sim: no seeded bug '{}'; there are: {}\n", name, borealis::sim::BugNames());
  return false;
}

bool ParseOption(const std::string& name, const std::string& value, Arguments* out) {
  if (name == "--bug") return ParseBug(value);
  if (name == "--seeds") return ParseRange(value, out);
  uint64_t number = 0;
  if (!ParseNumber(value.c_str(), &number)) return false;
  if (name == "--seed") {
    out->first = out->last = number;
  } else if (name == "--steps") {
    out->run.steps = number;
  } else if (name == "--nodes" && number <= 16) {
    out->run.nodes = static_cast<uint32_t>(number);
  } else {
    return false;
  }
  return true;
}

bool Parse(int argc, char** argv, Arguments* out) {
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--trace") {
      out->run.print = true;
    } else if (i + 1 == argc || !ParseOption(name, argv[++i], out)) {
      return false;
    }
  }
  return out->first <= out->last && out->last > 0 && out->run.steps > 0;
}

void Progress(uint64_t done, uint64_t all, const borealis::sim::Stats& stats, double seconds) {
  fmt::print(stderr, "sim: {} of {} seeds, {} commits, {:.0f} s\n", done, all, stats.commits,
             seconds);
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  if (!Parse(argc, argv, &arguments)) {
    fmt::print(stderr, kUsage);
    return 2;
  }
  std::signal(SIGABRT, OnAbort);
  borealis::sim::Stats total;
  RunResult last;
  const auto start = std::chrono::steady_clock::now();
  const auto seconds = [start] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  double next_progress = 10;
  for (uint64_t seed = arguments.first; seed <= arguments.last; ++seed) {
    running_seed = arguments.run.seed = seed;
    last = borealis::sim::RunSimulation(arguments.run);
    total.Add(last.stats);
    if (!last.violation.empty()) {
      fmt::print("sim: seed {} step {}: {} (trace {:016x})\n", seed, last.step, last.violation,
                 last.trace_hash);
      return 1;
    }
    if (seconds() > next_progress) {
      next_progress += 10;
      Progress(seed - arguments.first + 1, arguments.last - arguments.first + 1, total, seconds());
    }
  }
  fmt::print("{}", total.ToString());
  if (arguments.first == arguments.last) fmt::print("  trace {:016x}\n", last.trace_hash);
  fmt::print("sim: {} seeds, {} commits, no violation, {:.1f} s\n",
             arguments.last - arguments.first + 1, total.commits, seconds());
  return 0;
}

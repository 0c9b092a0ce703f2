#include "sim/stats.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

namespace borealis::sim {
namespace {

struct Field {
  const char* name;
  int64_t Stats::*value;
};
constexpr Field kFields[] = {
    {"steps", &Stats::steps},
    {"commits acknowledged", &Stats::commits},
    {"commits in the log", &Stats::commits_ordered},
    {"certification conflicts", &Stats::conflicts},
    {"too old", &Stats::too_old},
    {"ddl", &Stats::ddl},
    {"fragments", &Stats::fragments},
    {"streams committed", &Stats::streams},
    {"streams rolled back", &Stats::streams_undone},
    {"sql errors", &Stats::sql_errors},
    {"brute-force aborts", &Stats::bf_aborts},
    {"replays", &Stats::replays},
    {"refused commits", &Stats::refused},
    {"repeats", &Stats::repeats},
    {"records of non-members", &Stats::not_member},
    {"unknown appends", &Stats::unknown_appends},
    {"unknown that landed", &Stats::unknown_landed},
    {"joins", &Stats::joins},
    {"leaves", &Stats::leaves},
    {"expulsions", &Stats::expulsions},
    {"crashes", &Stats::crashes},
    {"power losses", &Stats::power_losses},
    {"full restarts", &Stats::full_restarts},
    {"freezes", &Stats::freezes},
    {"full disks", &Stats::full_disks},
    {"rebuilt caches", &Stats::rebuilt_caches},
    {"idle markers", &Stats::idle_markers},
    {"trims", &Stats::trims},
};

constexpr const char* kFaultNames[] = {"none",         "no-space",        "io",
                                       "unavailable",  "crash-before",    "crash-after",
                                       "reply-lost",   "request-lost",    "held-back",
                                       "sync-fails",   "crash-mid-write", "crash-before-sync",
                                       "cut-unsynced", "seal-lost"};
static_assert(std::size(kFaultNames) == storage::kFaultCount);

}  // namespace

void Stats::Add(const Stats& other) {
  for (const Field& field : kFields) this->*field.value += other.*field.value;
  for (size_t i = 0; i < faults.size(); ++i) faults[i] += other.faults[i];
}

std::string Stats::ToString() const {
  std::string out;
  int column = 0;
  const auto add = [&](const char* name, auto value) {
    fmt::format_to(std::back_inserter(out), "  {:<24}{:>10}{}", name, value,
                   ++column % 3 == 0 ? "\n" : "");
  };
  for (const Field& field : kFields) add(field.name, this->*field.value);
  for (size_t i = 1; i < faults.size(); ++i) {
    add(fmt::format("fault {}", kFaultNames[i]).c_str(), faults[i]);
  }
  if (column % 3 != 0) out += '\n';
  return out;
}

}  // namespace borealis::sim

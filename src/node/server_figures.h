// Figures: what an agent passes on of its server's status variables, for charts and alarms.
// Counters begin at 0 with each start of the server. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace borealis::node {

struct FigureSource {
  std::string_view name;      // as NodeStatus::figures and metrics call it
  std::string_view variable;  // of SHOW GLOBAL STATUS
};

inline constexpr std::array<FigureSource, 17> kFigureSources = {{
    {"connections", "Threads_connected"},
    {"running", "Threads_running"},
    {"queries", "Questions"},
    {"slow_queries", "Slow_queries"},
    {"commits", "wsrep_local_commits"},
    {"conflicts", "wsrep_local_cert_failures"},  // lost against a record before it
    {"aborts", "wsrep_local_bf_aborts"},         // gave way to another server's record
    {"appended", "wsrep_replicated"},            // records
    {"appended_bytes", "wsrep_replicated_bytes"},
    {"append_failures", "wsrep_borealis_append_failures"},
    {"batches", "wsrep_borealis_batches"},
    {"append_us", "wsrep_borealis_append_total_us"},  // of all batches together
    {"sync_us", "wsrep_borealis_sync_total_us"},
    {"received", "wsrep_received"},  // records of other servers
    {"lag", "wsrep_borealis_lag"},   // records delivered and not applied yet
    {"index_bytes", "wsrep_borealis_index_bytes"},
    {"throttled_ms", "wsrep_borealis_throttled_ms"},
}};

using Figures = std::map<std::string, int64_t>;

// Notes the variable if it is one of those and a number.
void NoteFigure(std::string_view variable, std::string_view value, Figures& figures);

}  // namespace borealis::node

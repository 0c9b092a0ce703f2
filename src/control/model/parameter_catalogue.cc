#include "control/model/parameter_catalogue.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace borealis::control {
namespace {

constexpr std::string_view kFlag = "0,1";
constexpr std::string_view kSeconds = "1-31536000";
constexpr std::string_view kSqlModes =
    "ALLOW_INVALID_DATES,ANSI_QUOTES,ERROR_FOR_DIVISION_BY_ZERO,HIGH_NOT_PRECEDENCE,IGNORE_SPACE,"
    "NO_AUTO_CREATE_USER,NO_AUTO_VALUE_ON_ZERO,NO_BACKSLASH_ESCAPES,NO_ENGINE_SUBSTITUTION,"
    "NO_UNSIGNED_SUBTRACTION,NO_ZERO_DATE,NO_ZERO_IN_DATE,ONLY_FULL_GROUP_BY,PAD_CHAR_TO_FULL_"
    "LENGTH,"
    "PIPES_AS_CONCAT,REAL_AS_FLOAT,STRICT_ALL_TABLES,STRICT_TRANS_TABLES,TIME_ROUND_FRACTIONAL";

bool IsInteger(std::string_view text, uint64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

bool IsAmong(std::string_view word, std::string_view list) {
  while (!list.empty()) {
    const size_t comma = std::min(list.find(','), list.size());
    if (list.substr(0, comma) == word) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

}  // namespace

const std::vector<ParameterInfo>& ParameterCatalogue() {
  static const std::vector<ParameterInfo> catalogue = {
      {"back_log", false, "integer", "1-65535", "Connections that may wait to be accepted."},
      {"character_set_server", true, "string", "utf8mb4", "Character set of new databases."},
      {"collation_server", true, "string",
       "utf8mb4_general_ci,utf8mb4_unicode_ci,utf8mb4_unicode_520_ci,utf8mb4_bin",
       "Collation of new databases."},
      {"connect_timeout", true, "integer", kSeconds, "Seconds that a client may take to log in."},
      {"event_scheduler", true, "string", "ON,OFF", "Whether events run on the instance."},
      {"general_log", true, "boolean", kFlag, "Every statement is logged."},
      {"group_concat_max_len", true, "integer", "4-4294967295", "Bytes of a GROUP_CONCAT."},
      {"innodb_ft_min_token_size", false, "integer", "0-16",
       "Letters of the shortest word indexed."},
      {"innodb_io_capacity", true, "integer", "100-1000000", "Writes a second in the background."},
      {"innodb_lock_wait_timeout", true, "integer", "1-100000000", "Seconds to wait for a row."},
      {"innodb_print_all_deadlocks", true, "boolean", kFlag, "Deadlocks go to the error log."},
      {"innodb_read_io_threads", false, "integer", "1-64", "Threads that read data files."},
      {"innodb_write_io_threads", false, "integer", "2-64", "Threads that write data files."},
      {"interactive_timeout", true, "integer", kSeconds, "wait_timeout of interactive clients."},
      {"join_buffer_size", true, "integer", "128-1073741824", "Bytes for a join without index."},
      {"lock_wait_timeout", true, "integer", "1-31536000", "Seconds to wait for a table."},
      {"log_queries_not_using_indexes", true, "boolean", kFlag, "They go to the slow query log."},
      {"long_query_time", true, "integer", "0-31536000", "Seconds that make a query slow."},
      {"max_allowed_packet", true, "integer", "1024-1073741824", "Bytes of the longest packet."},
      {"max_connect_errors", true, "integer", "1-4294967295", "Failures until a host is blocked."},
      {"max_connections", true, "integer", "10-16000", "Clients at once; else by the class."},
      {"max_heap_table_size", true, "integer", "16384-1073741824", "Bytes of a MEMORY table."},
      {"max_statement_time", true, "integer", "0-31536000",
       "Seconds a statement may take; 0: any."},
      {"net_read_timeout", true, "integer", kSeconds, "Seconds to wait for more of a statement."},
      {"net_write_timeout", true, "integer", kSeconds, "Seconds to wait for a client to read."},
      {"performance_schema", false, "boolean", kFlag, "Whether the server measures itself."},
      {"require_secure_transport", true, "boolean", kFlag, "Clients must use TLS."},
      {"slow_query_log", true, "boolean", kFlag, "Slow queries are logged."},
      {"sort_buffer_size", true, "integer", "1024-1073741824", "Bytes for a sort."},
      {"sql_mode", true, "list", kSqlModes, "How strict the server is."},
      {"table_definition_cache", true, "integer", "400-2097152", "Definitions kept in memory."},
      {"table_open_cache", true, "integer", "10-1048576", "Open tables kept."},
      {"thread_cache_size", true, "integer", "0-16384", "Threads kept for the next clients."},
      {"tmp_table_size", true, "integer", "1024-1073741824",
       "Bytes of a temporary table in memory."},
      {"wait_timeout", true, "integer", kSeconds, "Seconds until an idle client is disconnected."},
      {"wsrep_sync_wait", true, "integer", "0-15",
       "Which statements wait for everything committed anywhere before."},
  };
  return catalogue;
}

const ParameterInfo* FindParameter(std::string_view name) {
  for (const ParameterInfo& info : ParameterCatalogue()) {
    if (info.name == name) return &info;
  }
  return nullptr;
}

bool IsAllowed(const ParameterInfo& info, const std::string& value) {
  if (info.type == "integer") {
    const size_t dash = info.allowed.find('-');
    uint64_t low = 0, high = 0, given = 0;
    return IsInteger(info.allowed.substr(0, dash), low) &&
           IsInteger(info.allowed.substr(dash + 1), high) && IsInteger(value, given) &&
           given >= low && given <= high;
  }
  if (info.type != "list") return IsAmong(value, info.allowed);
  std::string_view rest = value;
  while (!rest.empty()) {
    const size_t comma = std::min(rest.find(','), rest.size());
    if (!IsAmong(rest.substr(0, comma), info.allowed)) return false;
    if (comma + 1 == rest.size()) return false;  // nothing after the comma
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return true;
}

}  // namespace borealis::control

// What actions read of instances' log files; how is injected (agents/log_files.h).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "control/model/region.h"

namespace borealis::control {

inline constexpr size_t kLogBytesMax = 256 << 10;  // of one portion

struct LogFile {
  std::string name;  // "error/mysqld.err", as the API has it
  uint64_t bytes = 0;
  int64_t written_us = 0;
};

class Logs {
 public:
  virtual ~Logs() = default;
  // Those that are there, by name.
  virtual std::vector<LogFile> List(const Region& region, const Instance& instance) const = 0;
  // At most kLogBytesMax from an offset on, each byte that is not UTF-8 as '?'. Empty: no such
  // file, or its end.
  virtual std::string Read(const Region& region, const Instance& instance, const std::string& name,
                           uint64_t from) const = 0;
};

}  // namespace borealis::control

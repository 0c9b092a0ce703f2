// Fault injection by SQL: one statement's tokens -> a command, or why it is none. Pure.
//
//   ALTER SYSTEM CRASH [INSTANCE | DISPATCHER | NODE]
//   ALTER SYSTEM SIMULATE pct PERCENT READ REPLICA FAILURE [TO ALL | TO "name"] interval
//   ALTER SYSTEM SIMULATE pct PERCENT DISK FAILURE [place] interval
//   ALTER SYSTEM SIMULATE pct PERCENT DISK CONGESTION BETWEEN min AND max MILLISECONDS [place]
//       interval
//   SHOW VOLUME STATUS
//
//   place     = [IN] DISK i | [IN] NODE i
//   interval  = FOR INTERVAL n YEAR|QUARTER|MONTH|WEEK|DAY|HOUR|MINUTE|SECOND
//   pct       = a decimal number from 0 to 100; 0 ends what is simulated
//
// (The grammar of Amazon Aurora MySQL.) A month counts 30 days, a quarter 91, a year 365.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>

#include "plugin/session_rules.h"
#include "plugin/sql.h"

namespace borealis::plugin {

// Of the server's error numbers.
inline constexpr unsigned kErrorSyntax = 1064;      // 42000
inline constexpr unsigned kErrorOutOfRange = 1690;  // 22003

inline constexpr int64_t kFaultSecondsMax = 100ll * 365 * 86'400;  // of an interval
inline constexpr int64_t kCongestionMsMax = 3'600'000;             // of one delay

struct Crash {
  enum class Target { kInstance, kDispatcher, kNode };
  Target target = Target::kInstance;
  bool operator==(const Crash&) const = default;
};

// What part of the volume a fault is for; whether there is such a part, the volume knows.
struct FaultPlace {
  enum class Kind { kAll, kDisk, kNode };
  Kind kind = Kind::kAll;
  uint64_t index = 0;
  bool operator==(const FaultPlace&) const = default;
};

struct ReplicaFailure {
  double percent = 0;
  std::string node;  // empty: all others
  int64_t seconds = 0;
  bool operator==(const ReplicaFailure&) const = default;
};

struct DiskFailure {
  double percent = 0;
  FaultPlace place;
  int64_t seconds = 0;
  bool operator==(const DiskFailure&) const = default;
};

struct DiskCongestion {
  double percent = 0;
  int64_t min_ms = 0;
  int64_t max_ms = 0;  // >= min_ms
  FaultPlace place;
  int64_t seconds = 0;
  bool operator==(const DiskCongestion&) const = default;
};

struct VolumeStatus {
  bool operator==(const VolumeStatus&) const = default;
};

using FaultCommand = std::variant<Crash, ReplicaFailure, DiskFailure, DiskCongestion, VolumeStatus>;

// nullopt: another statement. A refusal: it is meant for us, and wrong; nothing of it holds.
// `sql` is the text that the tokens point into; numbers are read there.
std::optional<std::variant<FaultCommand, Refusal>> ParseFault(std::string_view sql,
                                                              std::span<const Token> tokens,
                                                              bool backslash_escapes);

}  // namespace borealis::plugin

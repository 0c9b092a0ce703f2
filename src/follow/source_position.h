// A place in a source server's binary log, and how people and dumps write it. Value type; pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace borealis::follow {

struct SourcePosition {
  std::string file;  // "binlog.000001"
  uint64_t offset = 0;
  bool operator==(const SourcePosition&) const = default;
  std::string ToString() const;  // "binlog.000001:1234"
};

// Whether `a` lies before `b`: by the number at the end of the file's name, then by offset.
bool IsBefore(const SourcePosition& a, const SourcePosition& b);

// "FILE:OFFSET". kInvalidArgument.
Result<SourcePosition> ParseSourcePosition(std::string_view text);

// What a dump says of itself, from its first bytes: the CHANGE MASTER line of `mariadb-dump
// --master-data` (a comment or not), or mydumper's file `metadata` ("Log: ...", "Pos: ..." or
// "SOURCE_LOG_FILE = ...", "SOURCE_LOG_POS = ..."). kNotFound: it says nothing.
Result<SourcePosition> FindDumpPosition(std::string_view text);

}  // namespace borealis::follow

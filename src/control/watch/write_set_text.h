// A payload as people read it: which tables a transaction changes, or the statement that runs
// alone. No row's values, and no literal of a statement: those may be secrets. Pure, safe on any
// bytes.
//
//   payload := event*, as in the server's binary log (see plugin/query_event.h for the header)
//   table map   (type 19)  table u48, flags u16, database: length u8, bytes, 0; name: the same
//   row changes (types below)  table u48, ...
//   format      (type 15)  ..., kind of checksums u8, checksum u32: 1: each later event ends in
//   four
//                          bytes of checksum. Payloads without it have none.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace borealis::control {

inline constexpr size_t kTablesShownMax = 8;
inline constexpr size_t kStatementBytesMax = 300;

struct TableChanges {
  std::string table;  // "database.name"
  bool inserts = false;
  bool updates = false;
  bool deletes = false;
  bool operator==(const TableChanges&) const = default;
};

struct WriteSetText {
  std::vector<TableChanges> tables;  // in order of appearance, at most kTablesShownMax
  size_t more_tables = 0;
  std::string statement;  // with '…' for each literal; cut
};

WriteSetText DescribePayload(std::string_view payload);

// A statement in one line, with '…' for each string. Where strings could be read in two ways, as
// much as is before the first of them.
std::string WithoutLiterals(std::string_view statement);

}  // namespace borealis::control

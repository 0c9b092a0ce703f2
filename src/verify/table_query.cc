#include "verify/table_query.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace borealis::verify {
namespace {

// Of any length, or of a character set of their own.
constexpr std::array<std::string_view, 20> kBytes = {
    "char",       "varchar",    "tinytext",        "text",         "mediumtext",
    "longtext",   "binary",     "varbinary",       "tinyblob",     "blob",
    "mediumblob", "longblob",   "geometry",        "point",        "linestring",
    "polygon",    "multipoint", "multilinestring", "multipolygon", "geometrycollection"};

std::string CanonicalColumn(const Column& column) {
  const std::string name = QuoteName(column.name);
  if (std::find(kBytes.begin(), kBytes.end(), column.type) != kBytes.end()) {
    return fmt::format("IFNULL(MD5({}),'N')", name);
  }
  if (column.type == "float") return fmt::format("IFNULL(HEX(CONCAT({}+0e0,'')),'N')", name);
  return fmt::format("IFNULL(HEX(CONCAT({},'')),'N')", name);
}

}  // namespace

std::string QuoteName(const std::string& name) {
  std::string quoted = "`";
  for (const char c : name) {
    if (c == '`') quoted += '`';
    quoted += c;
  }
  return quoted + "`";
}

std::string SumQuery(const std::string& schema, const std::string& table,
                     const std::vector<Column>& columns, bool versioned) {
  std::string row;
  for (const Column& column : columns) {
    if (!row.empty()) row += ',';
    row += CanonicalColumn(column);
  }
  if (row.empty()) row = "''";
  return fmt::format(
      "SELECT COUNT(*), COALESCE(SUM(CAST(CONV(LEFT(MD5(CONCAT_WS(',',{})),15),16,10) AS "
      "UNSIGNED)),0) FROM {}.{}{}",
      row, QuoteName(schema), QuoteName(table), versioned ? " FOR SYSTEM_TIME ALL" : "");
}

}  // namespace borealis::verify

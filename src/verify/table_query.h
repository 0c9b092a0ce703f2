// One statement that sums up all rows of a table: their number, and a sum over a hash of each row.
//
// Neither depends on the physical order of rows, and equal rows are counted each, so tables without
// a primary key can be compared. A row is hashed in a form that is the same on every node and for
// every character set:
//
//   row    = MD5(column ',' column ...)       60 bits of it are summed up, as a decimal
//   column = 'N' for NULL
//            MD5 of the bytes, in hex         strings, blobs, spatial values
//            hex of the text                  everything else; FLOAT as DOUBLE, which keeps all
//            bits
//
// Virtual columns are computed from the others and left out. Pure.
#pragma once

#include <string>
#include <vector>

namespace borealis::verify {

struct Column {
  std::string name;
  std::string type;  // information_schema.columns.data_type: "int", "varchar", ...
};

// `a``b`
std::string QuoteName(const std::string& name);

// REQUIRES: session time zone +00:00 and an empty sql_mode. `versioned`: rows of the past, too.
// Gives one row: number of rows, sum ("0" when empty).
std::string SumQuery(const std::string& schema, const std::string& table,
                     const std::vector<Column>& columns, bool versioned);

}  // namespace borealis::verify

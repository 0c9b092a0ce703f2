// What there is to compare on one node, read over its socket. Adapter.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "verify/image.h"
#include "verify/node_session.h"
#include "verify/table_query.h"

namespace borealis::verify {

struct Table {
  std::string schema;
  std::string name;
  std::string engine;
  std::string kind;  // information_schema.tables.table_type
  std::vector<Column> columns;

  std::string QuotedName() const { return QuoteName(schema) + "." + QuoteName(name); }
  // Its rows can be read as of a moment: InnoDB, and not a sequence, whose next value is each
  // node's own.
  bool HasSnapshot() const { return engine == "InnoDB" && kind != "SEQUENCE"; }
  bool IsVersioned() const { return kind == "SYSTEM VERSIONED"; }
};

// Tables of users, views not among them.
Result<std::vector<Table>> ListTables(node::ServerClient& server);

// Definitions, accounts and grants. `only`: names of Objects, empty for all; what does not belong
// to them may come along.
Result<Objects> ReadObjects(node::ServerClient& server, const std::set<std::string>& only);

// Sums up one table in the open snapshot. A failure of the statement is in the result; a failed
// status means that the snapshot is lost.
Result<TableSum> SumTable(node::ServerClient& server, const Table& table);

}  // namespace borealis::verify

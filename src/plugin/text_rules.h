// The text of a query: which of its statements can't run in a cluster, and why. Pure.
//
// A text may hold several statements. Those inside of a routine's body, of a compound statement and
// of a literal given to PREPARE or EXECUTE IMMEDIATE are looked at, too.
#pragma once

#include <optional>
#include <string_view>

#include "plugin/operator_rules.h"
#include "plugin/session_rules.h"

namespace borealis::plugin {

struct TextFacts {
  bool ordinary = true;  // not an administrator: no SUPER
  bool backslash_escapes = true;
  SessionState session;
  std::string_view default_engine = "InnoDB";
  std::string_view database;                // the session's default
  const AccountLookup* accounts = nullptr;  // null: the operator's are not looked for
};

struct Finding {
  size_t begin = 0;  // what must not run: bytes [begin, end) of the text; what is before may
  size_t end = 0;
  Refusal refusal;
};

// nullopt: all of it may run.
std::optional<Finding> CheckText(std::string_view sql, const TextFacts& facts);

// Whether one of the text's statements changes definitions, which every server runs.
bool ChangesDefinitions(std::string_view sql, bool backslash_escapes);
// The connection that KILL names by number; nullopt: another statement.
std::optional<uint64_t> KillTarget(std::string_view sql);
// One statement that reads or changes rows, or ends a transaction: nothing above says anything of
// it but what CheckSession says, and that is asked again when it locks its tables. Most texts are
// such.
bool OnlyTouchesRows(std::string_view sql);
// Whether it makes a table from a query, which is replicated as rows.
bool CreatesTable(std::string_view sql);

}  // namespace borealis::plugin

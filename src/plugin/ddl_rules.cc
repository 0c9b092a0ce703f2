#include "plugin/ddl_rules.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "plugin/sql.h"

namespace borealis::plugin {
namespace {

constexpr size_t kShownNameBytesMax = 64;

constexpr auto kForeignEngines = std::to_array<std::string_view>(
    {"MYISAM",    "ARIA",       "MEMORY",  "HEAP",       "CSV",         "ARCHIVE", "BLACKHOLE",
     "FEDERATED", "FEDERATEDX", "MERGE",   "MRG_MYISAM", "CONNECT",     "SPIDER",  "S3",
     "ROCKSDB",   "MROONGA",    "OQGRAPH", "SPHINX",     "COLUMNSTORE", "TOKUDB",  "EXAMPLE",
     "ISAM",      "BDB",        "NDB",     "NDBCLUSTER", "S3"});

Refusal Unfit(std::string message) { return {kErrorNotSupported, std::move(message)}; }

Refusal ForeignEngine(std::string_view name) {
  return Unfit(fmt::format(
      "a table of engine {} would live on one server alone: use ENGINE=InnoDB (a TEMPORARY table "
      "may be of any engine)",
      name.substr(0, kShownNameBytesMax)));
}

// [=] name behind ENGINE at `at`; what follows `=` is an engine whatever its name.
std::optional<Refusal> CheckEngineName(Span tokens, size_t at, bool known_only) {
  const bool assigned = SymbolAt(tokens, at, "=");
  if (assigned) ++at;
  if (at >= tokens.size() || tokens[at].kind == TokenKind::kSymbol) return std::nullopt;
  const std::string name = Upper(tokens[at].text);
  const bool known =
      std::find(kForeignEngines.begin(), kForeignEngines.end(), name) != kForeignEngines.end();
  if (known || (assigned && !known_only && name != "INNODB" && name != "INNOBASE")) {
    return ForeignEngine(tokens[at].text);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> CheckEngine(Span tokens, std::string_view default_engine) {
  const size_t name_at = TableNameAt(tokens);
  if (name_at == 0 || Contains(tokens.first(name_at), "TEMPORARY")) return std::nullopt;
  const bool creates = IsWord(tokens[0], "CREATE");
  const bool partitioned = Contains(tokens, "PARTITION");
  bool named = false;
  int depth = 0;
  for (size_t i = SkipName(tokens, name_at); i < tokens.size(); ++i) {
    if (IsSymbol(tokens[i], "(")) ++depth;
    if (IsSymbol(tokens[i], ")")) --depth;
    if (depth == 0 && creates && (IsWord(tokens[i], "SELECT") || IsWord(tokens[i], "VALUES"))) {
      break;
    }
    if (creates && depth <= 1 && IsWord(tokens[i], "LIKE") && i <= name_at + 4) return std::nullopt;
    const bool option = IsWord(tokens[i], "ENGINE") || (depth == 0 && IsWord(tokens[i], "TYPE"));
    if (!option || (depth > 0 && !partitioned)) continue;
    if (auto refusal = CheckEngineName(tokens, i + 1, depth > 0)) return refusal;
    named = named || (depth == 0 && SymbolAt(tokens, i + 1, "="));
  }
  if (creates && !named && !default_engine.empty() &&
      !EqualsIgnoringCase(default_engine, "INNODB")) {
    return Unfit(fmt::format(
        "the session's default_storage_engine is {}, whose tables would live on one server alone: "
        "SET default_storage_engine=InnoDB",
        default_engine));
  }
  return std::nullopt;
}

std::optional<Refusal> CheckLocalFiles(Span tokens) {
  if (IsWord(tokens[0], "INSTALL") || IsWord(tokens[0], "UNINSTALL")) {
    return Refusal{kErrorAccessDenied,
                   "plugins are the operator's: a server loads them with its options"};
  }
  if (IsWord(tokens[0], "CREATE") && Contains(tokens, "FUNCTION") && Contains(tokens, "SONAME")) {
    return Refusal{kErrorAccessDenied, "functions of libraries are the operator's"};
  }
  if (IsWord(tokens[0], "ALTER") && TableNameAt(tokens) != 0 && Contains(tokens, "TABLESPACE") &&
      (Contains(tokens, "IMPORT") || Contains(tokens, "DISCARD"))) {
    return Unfit(
        "IMPORT and DISCARD TABLESPACE work on the files of one server: copy rows with INSERT ... "
        "SELECT or a dump instead");
  }
  return std::nullopt;
}

bool DefinesRoutine(Span tokens) {
  if (IsWord(tokens[0], "ALTER")) {
    return Contains(tokens.first(std::min<size_t>(tokens.size(), 12)), "EVENT");
  }
  if (!IsWord(tokens[0], "CREATE")) return false;
  // CREATE [OR REPLACE] [DEFINER = user@host] [AGGREGATE] kind
  const Span head = tokens.first(std::min<size_t>(tokens.size(), 16));
  for (const Token& token : head) {
    if (IsWord(token, "TABLE") || IsWord(token, "VIEW") || IsSymbol(token, "(")) {
      // CURRENT_USER() may stand in DEFINER.
      if (IsSymbol(token, "(") && Contains(head, "DEFINER")) continue;
      return false;
    }
    for (const std::string_view kind : {"PROCEDURE", "FUNCTION", "TRIGGER", "EVENT", "PACKAGE"}) {
      if (IsWord(token, kind)) return true;
    }
  }
  return false;
}

}  // namespace borealis::plugin

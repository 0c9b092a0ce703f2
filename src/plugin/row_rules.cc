#include "plugin/row_rules.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "plugin/sql.h"

namespace borealis::plugin {
namespace {

// Their value is another one on each server, or in the applying session.
constexpr auto kNodeFunctions = std::to_array<std::string_view>(
    {"UUID", "UUID_SHORT", "SYS_GUID", "RAND", "RANDOM_BYTES", "SYSDATE", "USER", "SESSION_USER",
     "SYSTEM_USER", "CURRENT_USER", "CURRENT_ROLE", "ENCRYPT", "DES_ENCRYPT", "CONNECTION_ID",
     "LASTVAL", "PREVIOUS"});

// The time of the statement, which reaches the other servers in whole seconds.
constexpr auto kTimeFunctions =
    std::to_array<std::string_view>({"NOW", "CURRENT_TIMESTAMP", "LOCALTIME", "LOCALTIMESTAMP",
                                     "UTC_TIMESTAMP", "UTC_TIME", "CURTIME", "CURRENT_TIME"});

Refusal Unfit(std::string message) { return {kErrorNotSupported, std::move(message)}; }

Refusal NodeDependentDefault(std::string_view function) {
  return Unfit(fmt::format(
      "ALTER TABLE with DEFAULT {} would fill existing rows differently on each server: add the "
      "column without that default, fill it with UPDATE, then ALTER COLUMN ... SET DEFAULT",
      function));
}

// What follows DEFAULT in the definition of a column.
std::optional<Refusal> CheckDefault(Span expression, bool whole_second) {
  for (size_t i = 0; i < expression.size(); ++i) {
    const Token& token = expression[i];
    if (IsSymbol(token, "@")) return NodeDependentDefault("of a variable");
    const bool called = SymbolAt(expression, i + 1, "(");
    if (IsAnyOf(token, kNodeFunctions) &&
        (called || IsWord(token, "CURRENT_USER") || IsWord(token, "CURRENT_ROLE") ||
         IsWord(token, "PREVIOUS"))) {
      return NodeDependentDefault(Upper(token.text) + "()");
    }
    const bool fraction = called && i + 2 < expression.size() &&
                          !IsSymbol(expression[i + 2], ")") && expression[i + 2].text != "0";
    const bool on_update = i > 0 && IsWord(expression[i - 1], "UPDATE");
    if (IsAnyOf(token, kTimeFunctions) && fraction && !on_update && !whole_second) {
      return Unfit(fmt::format(
          "ALTER TABLE with DEFAULT {0}({1}) would give existing rows another fraction of a second "
          "on each server: write SET STATEMENT timestamp=FLOOR(UNIX_TIMESTAMP()) FOR ALTER TABLE "
          "...",
          Upper(token.text), expression[i + 2].text));
    }
  }
  return std::nullopt;
}

std::optional<Refusal> CheckChange(Span change, bool whole_second) {
  if (change.empty()) return std::nullopt;
  const bool adds = IsWord(change[0], "ADD");
  if (!adds && !IsWord(change[0], "MODIFY") && !IsWord(change[0], "CHANGE")) return std::nullopt;
  const bool versions = WordAt(change, 1, "SYSTEM") && WordAt(change, 2, "VERSIONING");
  if (adds && !whole_second && (versions || WordAt(change, 1, "PERIOD"))) {
    return Unfit(
        "existing rows would get another fraction of a second as their beginning on each server: "
        "write SET STATEMENT timestamp=FLOOR(UNIX_TIMESTAMP()) FOR ALTER TABLE ...");
  }
  for (size_t i = 0; i < change.size(); ++i) {
    if (!IsWord(change[i], "DEFAULT")) continue;
    if (auto refusal = CheckDefault(change.subspan(i + 1), whole_second)) return refusal;
    break;  // the rest of the change was looked at
  }
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> CheckNodeDependentChange(Span tokens, bool whole_second) {
  const size_t name_at = TableNameAt(tokens);
  if (name_at == 0) return std::nullopt;
  if (Contains(tokens.first(name_at), "IGNORE")) {
    return Unfit(
        "ALTER IGNORE TABLE may keep another of two rows on each server: make a new table and fill "
        "it with INSERT IGNORE ... SELECT ... ORDER BY");
  }
  size_t at = SkipName(tokens, name_at);
  while (WordAt(tokens, at, "WAIT") || WordAt(tokens, at, "NOWAIT")) {
    at += IsWord(tokens[at], "WAIT") ? 2 : 1;
  }
  bool numbers = false;
  bool had_key = false;  // a table with a primary key has one order on every server
  for (const Span change : SplitList(tokens.subspan(std::min(at, tokens.size())))) {
    if (auto refusal = CheckChange(change, whole_second)) return refusal;
    numbers = numbers || (WordAt(change, 0, "ADD") &&
                          (Contains(change, "AUTO_INCREMENT") || Contains(change, "SERIAL")));
    had_key = had_key || (WordAt(change, 0, "DROP") && WordAt(change, 1, "PRIMARY"));
  }
  if (!numbers || had_key) return std::nullopt;
  return Unfit(
      "adding an AUTO_INCREMENT column to a table without primary key would number its rows "
      "differently on each server: CREATE TABLE a new one with the column, INSERT INTO it ... "
      "SELECT ..., then RENAME TABLE");
}

std::optional<Refusal> CheckSequence(Span tokens) {
  size_t at = 1;
  while (WordAt(tokens, at, "OR") || WordAt(tokens, at, "REPLACE") ||
         WordAt(tokens, at, "TEMPORARY")) {
    ++at;
  }
  bool found = WordAt(tokens, at, "SEQUENCE");
  // CREATE TABLE t (...) SEQUENCE=1
  const size_t options_at = TableNameAt(tokens);
  for (size_t i = options_at; options_at != 0 && i < tokens.size(); ++i) {
    found = found || (IsWord(tokens[i], "SEQUENCE") && SymbolAt(tokens, i + 1, "="));
  }
  if (!found) return std::nullopt;
  return Unfit(
      "a sequence gives numbers twice when several servers use it: use AUTO_INCREMENT, or DEFAULT "
      "UUID()");
}

std::optional<Refusal> CheckReplacingSelect(Span tokens) {
  const size_t name_at = TableNameAt(tokens);
  if (name_at == 0 || !Contains(tokens.first(name_at), "REPLACE") ||
      Contains(tokens.first(name_at), "TEMPORARY") ||
      !Contains(tokens.subspan(name_at), "SELECT")) {
    return std::nullopt;
  }
  return Unfit(
      "CREATE OR REPLACE TABLE ... SELECT that fails would leave the old table on the other "
      "servers: "
      "write DROP TABLE IF EXISTS, then CREATE TABLE ... SELECT");
}

std::optional<Refusal> CheckAlterRoutine(Span tokens) {
  if (!WordAt(tokens, 1, "PROCEDURE") && !WordAt(tokens, 1, "FUNCTION")) return std::nullopt;
  return Unfit(
      "ALTER PROCEDURE and ALTER FUNCTION would change one server alone: write CREATE OR REPLACE "
      "PROCEDURE or FUNCTION");
}

}  // namespace borealis::plugin

#include "plugin/set_rules.h"

#include <charconv>

namespace borealis::plugin {
namespace {

using Span = std::span<const Token>;

bool IsName(const Token& token) { return token.kind != TokenKind::kSymbol; }

bool IsAssign(const Token& token) { return IsSymbol(token, "=") || IsSymbol(token, ":="); }

// One assignment: where its value begins and ends, and the name, in capitals.
struct Assignment {
  std::string name;
  bool global = false;
  Span value;
};

// The end of the expression that starts at `at`: a comma or FOR outside of parentheses.
size_t EndOfValue(Span tokens, size_t at) {
  int depth = 0;
  for (; at < tokens.size(); ++at) {
    if (IsSymbol(tokens[at], "(")) ++depth;
    if (IsSymbol(tokens[at], ")")) --depth;
    if (depth == 0 && (IsSymbol(tokens[at], ",") || IsWord(tokens[at], "FOR"))) break;
  }
  return at;
}

bool IsScope(const Token& token) {
  return IsWord(token, "SESSION") || IsWord(token, "LOCAL") || IsWord(token, "GLOBAL");
}

// [GLOBAL|SESSION|LOCAL|@@|@@scope.]name = value; `at` moves behind it.
std::optional<Assignment> ReadAssignment(Span tokens, size_t& at) {
  Assignment assignment;
  const size_t end_of_name = [&] {
    size_t i = at;
    while (i < tokens.size() && !IsAssign(tokens[i]) && !IsSymbol(tokens[i], ",")) ++i;
    return i;
  }();
  if (end_of_name >= tokens.size() || !IsAssign(tokens[end_of_name])) {
    at = EndOfValue(tokens, at);
    return std::nullopt;
  }
  for (size_t i = at; i < end_of_name; ++i) {
    if (IsWord(tokens[i], "GLOBAL")) assignment.global = true;
    if (IsName(tokens[i]) && !(IsScope(tokens[i]) && i + 1 < end_of_name)) {
      assignment.name = Upper(tokens[i].text);
    }
  }
  // A user variable: a single @ before the name.
  const bool user =
      IsSymbol(tokens[at], "@") && at + 1 < end_of_name && !IsSymbol(tokens[at + 1], "@");
  const size_t begin = end_of_name + 1;
  at = EndOfValue(tokens, begin);
  assignment.value = tokens.subspan(begin, at - begin);
  if (user) assignment.name.clear();
  return assignment;
}

// The value if it is one literal or keyword, in capitals.
std::optional<std::string> Literal(Span value) {
  if (value.size() != 1 || value[0].kind == TokenKind::kSymbol) return std::nullopt;
  return Upper(value[0].text);
}

std::optional<uint64_t> Number(Span value) {
  if (value.size() != 1 || value[0].kind != TokenKind::kWord) return std::nullopt;
  const std::string_view text = value[0].text;
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

void SetNumber(Span value, uint64_t fallback, uint64_t& target) {
  if (Literal(value) == "DEFAULT") target = fallback;
  if (const auto number = Number(value)) target = *number;
}

// DEFAULT in a session means the global value, which is what the node was started with.
void Apply(const Assignment& assignment, SessionState& state) {
  if (assignment.global) return;  // takes privileges that an ordinary user lacks
  const std::string& name = assignment.name;
  const auto literal = Literal(assignment.value);
  if (name == "AUTO_INCREMENT_INCREMENT") {
    SetNumber(assignment.value, state.node_increment, state.increment);
  } else if (name == "AUTO_INCREMENT_OFFSET") {
    SetNumber(assignment.value, state.node_offset, state.offset);
  } else if (name == "WSREP_TRX_FRAGMENT_SIZE") {
    SetNumber(assignment.value, 0, state.fragment_size);
  } else if (name == "MAX_STATEMENT_TIME") {
    state.has_statement_timeout = literal != "0";
  } else if (!literal) {
    return;
  } else if (name == "WSREP_OSU_METHOD") {
    if (*literal == "TOI" || *literal == "0" || *literal == "DEFAULT") {
      state.schema_upgrade = SchemaUpgrade::kTotalOrder;
    } else {
      state.schema_upgrade = SchemaUpgrade::kRolling;
    }
  } else if (name == "INNODB_SNAPSHOT_ISOLATION") {
    if (*literal == "OFF" || *literal == "0" || *literal == "FALSE") {
      state.snapshot_isolation = false;
    } else if (*literal == "ON" || *literal == "1" || *literal == "TRUE" || *literal == "DEFAULT") {
      state.snapshot_isolation = true;
    }
  } else if (name == "TX_ISOLATION" || name == "TRANSACTION_ISOLATION") {
    state.isolation = *literal == "SERIALIZABLE" || *literal == "3" ? Isolation::kSerializable
                                                                    : Isolation::kRepeatableRead;
  } else if (name == "WSREP_TRX_FRAGMENT_UNIT") {
    state.fragment_unit = *literal == "ROWS" || *literal == "1"         ? FragmentUnit::kRows
                          : *literal == "STATEMENTS" || *literal == "2" ? FragmentUnit::kStatements
                                                                        : FragmentUnit::kBytes;
  }
}

bool IsWholeNumber(Span value) {
  if (Number(value)) return true;
  return !value.empty() && (IsWord(value[0], "FLOOR") || IsWord(value[0], "ROUND")) &&
         value.size() > 2 && !IsSymbol(value[value.size() - 2], ",");
}

}  // namespace

SetEffect ApplySet(Span tokens, const SessionState& before) {
  SetEffect effect{before, 0, false};
  size_t at = 1;
  const bool statement = at < tokens.size() && IsWord(tokens[at], "STATEMENT");
  if (statement) ++at;
  // SET [SESSION|GLOBAL] TRANSACTION ISOLATION LEVEL x
  size_t word = at;
  const bool global = word < tokens.size() && IsWord(tokens[word], "GLOBAL");
  if (word < tokens.size() && IsScope(tokens[word])) ++word;
  if (word < tokens.size() && IsWord(tokens[word], "TRANSACTION")) {
    for (size_t i = word + 1; i < tokens.size() && !global; ++i) {
      if (!IsWord(tokens[i], "LEVEL")) continue;
      effect.state.isolation = i + 1 < tokens.size() && IsWord(tokens[i + 1], "SERIALIZABLE")
                                   ? Isolation::kSerializable
                                   : Isolation::kRepeatableRead;
    }
    return effect;
  }
  while (at < tokens.size()) {
    const auto assignment = ReadAssignment(tokens, at);
    if (assignment) {
      Apply(*assignment, effect.state);
      if (assignment->name == "TIMESTAMP") effect.whole_second = IsWholeNumber(assignment->value);
    }
    if (at < tokens.size() && IsWord(tokens[at], "FOR")) {
      if (statement) {
        effect.statement_at = at + 1;
        break;
      }
    }
    ++at;  // the comma
  }
  if (!statement) effect.whole_second = false;
  return effect;
}

}  // namespace borealis::plugin

#include "plugin/text_rules.h"

#include <array>
#include <charconv>
#include <cstring>

#include "plugin/ddl_rules.h"
#include "plugin/row_rules.h"
#include "plugin/set_rules.h"
#include "plugin/sql.h"

namespace borealis::plugin {
namespace {

constexpr int kNestingMax = 4;  // of literals given to PREPARE

// Statements with these first words are looked at; of others only the end is sought.
constexpr auto kLookedAt = std::to_array<std::string_view>(
    {"SET",      "CREATE", "ALTER",  "PREPARE",  "EXECUTE", "INSTALL", "UNINSTALL", "BEGIN",
     "IF",       "CASE",   "FOR",    "WHILE",    "LOOP",    "REPEAT",  "DROP",      "RENAME",
     "TRUNCATE", "GRANT",  "REVOKE", "OPTIMIZE", "ANALYZE", "REPAIR",  "HANDLER"});
// In these, statements follow one another without an end that the tokens show.
constexpr auto kCompound =
    std::to_array<std::string_view>({"BEGIN", "IF", "CASE", "FOR", "WHILE", "LOOP", "REPEAT"});
// Allowed in a session that must not go on as it is.
constexpr auto kWayOut = std::to_array<std::string_view>(
    {"SET", "ROLLBACK", "COMMIT", "BEGIN", "SHOW", "USE", "KILL", "SELECT", "UNLOCK"});

constexpr auto kOfRows = std::to_array<std::string_view>(
    {"SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "WITH", "COMMIT", "ROLLBACK"});

constexpr auto kDefinitions =
    std::to_array<std::string_view>({"ALTER", "CREATE", "DROP", "RENAME", "TRUNCATE", "GRANT",
                                     "REVOKE", "OPTIMIZE", "ANALYZE", "REPAIR"});

// HANDLER [database .] table OPEN ...
bool OpensHandler(Span tokens) {
  if (!IsWord(tokens[0], "HANDLER") || tokens.size() < 3) return false;
  const size_t verb = IsSymbol(tokens[2], ".") ? 4 : 2;
  return verb < tokens.size() && IsWord(tokens[verb], "OPEN");
}

class Scan {
 public:
  Scan(std::string_view sql, const TextFacts& facts, int nesting)
      : sql_(sql),
        facts_(facts),
        nesting_(nesting),
        tokenizer_(sql, facts.backslash_escapes),
        state_(facts.session) {}

  std::optional<Finding> Run() {
    while (true) {
      const bool more = ReadStatement();
      if (!tokens_.empty()) {
        if (auto refusal = CheckPiece()) return At(std::move(*refusal));
      }
      if (!more) return std::nullopt;
    }
  }

 private:
  // Fills tokens_ with the next statement. False: the text ends with it.
  bool ReadStatement() {
    tokens_.clear();
    read_whole_ = true;
    bool keep = true;
    while (auto token = tokenizer_.Next()) {
      if (IsSymbol(*token, ";")) return true;
      end_ = token->end;
      if (tokens_.empty() && !routine_begin_ && !IsAnyOf(*token, kLookedAt)) {
        // No end can follow where no semicolon does.
        keep = false;
        tokens_.push_back(*token);
        const size_t at = tokenizer_.position();
        if (memchr(sql_.data() + at, ';', sql_.size() - at) == nullptr) {
          read_whole_ = false;
          return false;
        }
        continue;
      }
      if (keep) tokens_.push_back(*token);
    }
    return false;
  }

  std::optional<Refusal> CheckPiece() {
    const Span tokens = tokens_;
    if (!routine_begin_ && (IsAnyOf(tokens[0], kCompound) && tokens.size() > 1)) {
      routine_begin_ = tokens[0].begin;
    }
    if (!routine_begin_ && DefinesRoutine(tokens)) routine_begin_ = tokens[0].begin;
    if (!routine_begin_) {
      if (auto refusal = CheckState(tokens[0])) return refusal;
      return CheckStatement(tokens, state_, false);
    }
    for (size_t i = 0; i < tokens.size(); ++i) {
      if (!IsAnyOf(tokens[i], kLookedAt)) continue;
      SessionState inner = facts_.session;
      if (auto refusal = CheckStatement(tokens.subspan(i), inner, false)) return refusal;
    }
    return std::nullopt;
  }

  std::optional<Refusal> CheckState(const Token& verb) const {
    if (!facts_.ordinary || IsAnyOf(verb, kWayOut)) return std::nullopt;
    return CheckSession(state_);
  }

  std::optional<Refusal> CheckStatement(Span tokens, SessionState& state, bool whole_second) {
    if (facts_.ordinary && facts_.accounts != nullptr) {
      if (auto refusal = CheckOperators(tokens)) return refusal;
    }
    if (IsWord(tokens[0], "SET")) return CheckSet(tokens, state);
    if (facts_.ordinary && state.has_statement_timeout && IsAnyOf(tokens[0], kDefinitions)) {
      return Refusal{
          kErrorNotSupported,
          "a change of definitions runs on all servers and can't be interrupted: write SET "
          "STATEMENT max_statement_time=0 FOR ..."};
    }
    if (facts_.ordinary) {
      if (auto refusal = CheckLocalFiles(tokens)) return refusal;
      if (OpensHandler(tokens)) {
        return Refusal{kErrorNotSupported,
                       "HANDLER ... OPEN holds a lock of the table, for which changes of its "
                       "definition by other servers would wait: use a cursor or SELECT"};
      }
    }
    const bool alters = IsWord(tokens[0], "ALTER");
    if (alters) {
      if (auto refusal = CheckAlterRoutine(tokens)) return refusal;
      if (auto refusal = CheckNodeDependentChange(tokens, whole_second)) return refusal;
    }
    if (IsWord(tokens[0], "CREATE")) {
      if (auto refusal = CheckSequence(tokens)) return refusal;
      if (auto refusal = CheckReplacingSelect(tokens)) return refusal;
    }
    if (facts_.ordinary && (alters || IsWord(tokens[0], "CREATE"))) {
      return CheckEngine(tokens, facts_.default_engine);
    }
    if (IsWord(tokens[0], "PREPARE") || IsWord(tokens[0], "EXECUTE")) return CheckLiteral(tokens);
    return std::nullopt;
  }

  std::optional<Refusal> CheckOperators(Span tokens) const {
    const bool escapes = facts_.backslash_escapes;
    if (auto refusal = CheckOperatorSchemas(tokens, facts_.database, {})) return refusal;
    if (auto refusal = CheckAccounts(tokens, sql_, escapes, *facts_.accounts)) return refusal;
    return CheckDefiner(tokens, sql_, escapes, *facts_.accounts);
  }

  std::optional<Refusal> CheckSet(Span tokens, SessionState& state) {
    const SetEffect effect = ApplySet(tokens, state);
    if (facts_.ordinary) {
      if (auto refusal = CheckSession(effect.state)) return refusal;
    }
    if (effect.statement_at == 0) {
      state = effect.state;
      return std::nullopt;
    }
    const Span inner = tokens.subspan(std::min(effect.statement_at, tokens.size()));
    if (inner.empty()) return std::nullopt;
    SessionState during = effect.state;
    return CheckStatement(inner, during, effect.whole_second);
  }

  // PREPARE name FROM 'text', EXECUTE IMMEDIATE 'text'
  std::optional<Refusal> CheckLiteral(Span tokens) const {
    if (nesting_ >= kNestingMax) return std::nullopt;
    for (size_t i = 1; i < tokens.size() && i < 4; ++i) {
      if (tokens[i].kind != TokenKind::kString) continue;
      const std::string text = Unquote(tokens[i], facts_.backslash_escapes);
      if (auto found = Scan(text, facts_, nesting_ + 1).Run()) return std::move(found->refusal);
    }
    return std::nullopt;
  }

  Finding At(Refusal refusal) {
    // A body can't be taken out of its routine.
    if (routine_begin_) return {*routine_begin_, sql_.size(), std::move(refusal)};
    return {tokens_.front().begin, EndOfStatement(), std::move(refusal)};
  }

  size_t EndOfStatement() {
    while (!read_whole_) {
      const auto token = tokenizer_.Next();
      if (!token) break;
      end_ = token->end;
    }
    return end_;
  }

  const std::string_view sql_;
  const TextFacts& facts_;
  const int nesting_;
  Tokenizer tokenizer_;
  Tokens tokens_;   // of the statement; its first only, if it is not looked at
  size_t end_ = 0;  // of the statement, as far as it was read
  bool read_whole_ = true;
  std::optional<size_t> routine_begin_;  // from here on the text is one routine
  SessionState state_;                   // after the statements before
};

std::optional<Token> FirstToken(std::string_view sql) { return Tokenizer(sql, true).Next(); }

}  // namespace

std::optional<Finding> CheckText(std::string_view sql, const TextFacts& facts) {
  return Scan(sql, facts, 0).Run();
}

bool ChangesDefinitions(std::string_view sql, bool backslash_escapes) {
  Tokenizer tokenizer(sql, backslash_escapes);
  bool first = true;
  bool assigns = false;  // SET STATEMENT ... FOR
  while (auto token = tokenizer.Next()) {
    if (first && IsAnyOf(*token, kDefinitions)) return true;
    if (first) assigns = IsWord(*token, "SET");
    first = IsSymbol(*token, ";") || (assigns && IsWord(*token, "FOR"));
    const size_t at = tokenizer.position();
    if (first || assigns) continue;
    if (memchr(sql.data() + at, ';', sql.size() - at) == nullptr) return false;
  }
  return false;
}

bool OnlyTouchesRows(std::string_view sql) {
  const auto verb = FirstToken(sql);
  if (!verb || !IsAnyOf(*verb, kOfRows)) return false;
  const size_t end = sql.find(';', verb->end);
  return end == std::string_view::npos || sql.find_first_not_of(" \r\n", end + 1) == sql.npos;
}

std::optional<uint64_t> KillTarget(std::string_view sql) {
  Tokenizer tokenizer(sql, true);
  auto token = tokenizer.Next();
  if (!token || !IsWord(*token, "KILL")) return std::nullopt;
  while ((token = tokenizer.Next())) {
    const bool option = IsWord(*token, "HARD") || IsWord(*token, "SOFT") ||
                        IsWord(*token, "CONNECTION") || IsWord(*token, "QUERY");
    if (option) continue;
    uint64_t number = 0;
    const char* end = token->text.data() + token->text.size();
    const auto [stop, error] = std::from_chars(token->text.data(), end, number);
    if (error == std::errc() && stop == end) return number;
    break;
  }
  return std::nullopt;
}

bool CreatesTable(std::string_view sql) {
  const auto verb = FirstToken(sql);
  return verb && IsWord(*verb, "CREATE");
}

}  // namespace borealis::plugin

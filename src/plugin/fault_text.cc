#include "plugin/fault_text.h"

#include <array>
#include <cstring>

#include "plugin/ddl_rules.h"
#include "plugin/sql.h"

namespace borealis::plugin {
namespace {

// More than a statement of ours has, and than come before the word that tells a routine.
constexpr size_t kTokensKept = 64;

constexpr auto kOpens =
    std::to_array<std::string_view>({"IF", "CASE", "FOR", "WHILE", "LOOP", "REPEAT", "DECLARE"});

// What follows is a body of statements, whose end the tokens don't show.
bool OpensBody(Span tokens) {
  if (tokens.empty()) return false;
  if (IsAnyOf(tokens[0], kOpens) || SymbolAt(tokens, 1, ":")) return true;
  if (IsWord(tokens[0], "BEGIN")) return WordAt(tokens, 1, "NOT");
  if (IsWord(tokens[0], "SET")) return WordAt(tokens, 1, "STATEMENT") && Contains(tokens, "BEGIN");
  return DefinesRoutine(tokens);
}

class Scan {
 public:
  Scan(std::string_view sql, bool backslash_escapes)
      : sql_(sql), tokenizer_(sql, backslash_escapes) {}

  std::vector<FaultStatement> Run() {
    std::vector<FaultStatement> found;
    for (bool more = true; more;) {
      more = ReadStatement();
      if (OpensBody(tokens_)) break;
      if (tokens_.empty() || began_in_comment_ != ended_in_comment_) continue;
      auto meaning = ParseFault(sql_, tokens_, tokenizer_.backslash_escapes());
      if (meaning) found.push_back({tokens_.front().begin, end_, std::move(*meaning)});
    }
    return found;
  }

 private:
  // False: the text ends with it, or with what can't matter.
  bool ReadStatement() {
    tokens_.clear();
    while (auto token = tokenizer_.Next()) {
      if (IsSymbol(*token, ";")) return true;
      end_ = token->end;
      ended_in_comment_ = tokenizer_.in_code_comment();
      if (tokens_.empty()) began_in_comment_ = ended_in_comment_;
      if (tokens_.size() < kTokensKept) tokens_.push_back(*token);
      if (tokens_.size() == 2 && !IsOurs() && NothingFollows()) return false;
    }
    return false;
  }
  bool IsOurs() const { return IsWord(tokens_[1], "SYSTEM") || IsWord(tokens_[1], "VOLUME"); }
  // No other statement can begin where no semicolon is.
  bool NothingFollows() const {
    const size_t at = tokenizer_.position();
    return memchr(sql_.data() + at, ';', sql_.size() - at) == nullptr;
  }

  const std::string_view sql_;
  Tokenizer tokenizer_;
  Tokens tokens_;   // of the statement, the first ones
  size_t end_ = 0;  // of the statement
  bool began_in_comment_ = false;
  bool ended_in_comment_ = false;
};

}  // namespace

std::vector<FaultStatement> FindFaults(std::string_view sql, bool backslash_escapes) {
  return Scan(sql, backslash_escapes).Run();
}

}  // namespace borealis::plugin

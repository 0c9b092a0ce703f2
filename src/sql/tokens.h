// SQL text as tokens, as the server's lexer sees it: strings and quoted names are single tokens,
// comments are skipped, versioned comments (/*!50000 x */, /*M!100100 x */) are code where the
// server takes them for code. Pure. Knows ASCII-compatible character sets without shift states: in
// gbk, sjis and big5 a character may end in a byte that looks like a quote's backslash, so a text
// in those can be read differently here and there.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace borealis::sql {

enum class TokenKind {
  kWord,    // keyword, name or number
  kQuoted,  // `name`
  kString,  // 'text' or "text" (which is a name under ANSI_QUOTES)
  kSymbol,  // one character, or :=
};

struct Token {
  TokenKind kind = TokenKind::kSymbol;
  std::string_view text;  // without the quotes; escapes are kept
  size_t begin = 0;       // place in the text, quotes included
  size_t end = 0;
};
using Tokens = std::vector<Token>;

// Versions that executable comments are compared with: the newest of the server's series.
inline constexpr unsigned kServerVersionMax = 101199;

class Tokenizer {
 public:
  // `backslash_escapes`: false under sql_mode NO_BACKSLASH_ESCAPES. `sql` outlives the tokens.
  Tokenizer(std::string_view sql, bool backslash_escapes)
      : sql_(sql), backslash_escapes_(backslash_escapes) {}

  std::optional<Token> Next();  // nullopt at the end
  size_t position() const { return at_; }
  // Within an executable comment, as of the last token.
  bool in_code_comment() const { return in_code_comment_; }
  bool backslash_escapes() const { return backslash_escapes_; }

 private:
  void SkipSpaceAndComments();
  bool SkipComment();
  void OpenBlockComment();
  Token Quoted(char quote);
  bool LooksAt(std::string_view text) const { return sql_.substr(at_).starts_with(text); }

  const std::string_view sql_;
  const bool backslash_escapes_;
  size_t at_ = 0;
  bool in_code_comment_ = false;
};

// Whether a token is this keyword; `upper` in capitals.
bool IsWord(const Token& token, std::string_view upper);
bool IsSymbol(const Token& token, std::string_view symbol);
bool EqualsIgnoringCase(std::string_view text, std::string_view upper);
std::string Upper(std::string_view text);

// All tokens of `sql`, which outlives them.
Tokens Tokenize(std::string_view sql, bool backslash_escapes);

// What a string or a quoted name stands for.
std::string Unquote(const Token& token, bool backslash_escapes);

}  // namespace borealis::sql

#include "sql/tokens.h"

#include <algorithm>

namespace borealis::sql {
namespace {

bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsNameByte(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}

char UpperByte(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

// MySQL's own versions from 5.7 on say nothing about this server.
bool IsExecuted(unsigned version, bool mariadb_only) {
  constexpr unsigned kForeignMin = 50700;
  constexpr unsigned kForeignMax = 99999;
  if (version > kServerVersionMax) return false;
  return mariadb_only || version < kForeignMin || version > kForeignMax;
}

}  // namespace

// At "/*". Enters a comment that is code, skips any other.
void Tokenizer::OpenBlockComment() {
  const bool mariadb_only = LooksAt("/*M!");
  if (mariadb_only || LooksAt("/*!")) {
    size_t digits_at = at_ + (mariadb_only ? 4 : 3);
    size_t digits = 0;
    unsigned version = 0;
    while (digits < 6 && digits_at + digits < sql_.size() && IsDigit(sql_[digits_at + digits])) {
      version = version * 10 + static_cast<unsigned>(sql_[digits_at + digits] - '0');
      ++digits;
    }
    if (digits < 5) digits = version = 0;
    if (IsExecuted(version, mariadb_only)) {
      at_ = digits_at + digits;
      in_code_comment_ = true;
      return;
    }
  }
  const size_t close = sql_.find("*/", at_ + 2);
  at_ = close == std::string_view::npos ? sql_.size() : close + 2;
}

bool Tokenizer::SkipComment() {
  const bool dashes = LooksAt("--") && (at_ + 2 == sql_.size() || IsSpace(sql_[at_ + 2]) ||
                                        static_cast<unsigned char>(sql_[at_ + 2]) < ' ');
  if (dashes || sql_[at_] == '#') {
    at_ = std::min(sql_.find('\n', at_), sql_.size());
  } else if (in_code_comment_ && LooksAt("*/")) {
    at_ += 2;
    in_code_comment_ = false;
  } else if (LooksAt("/*")) {
    OpenBlockComment();
  } else {
    return false;
  }
  return true;
}

void Tokenizer::SkipSpaceAndComments() {
  while (at_ < sql_.size()) {
    if (IsSpace(sql_[at_])) {
      ++at_;
    } else if (!SkipComment()) {
      return;
    }
  }
}

Token Tokenizer::Quoted(char quote) {
  const size_t begin = at_++;
  while (at_ < sql_.size()) {
    const char c = sql_[at_++];
    if (c == '\\' && quote != '`' && backslash_escapes_) {
      at_ = std::min(at_ + 1, sql_.size());
    } else if (c == quote) {
      if (at_ >= sql_.size() || sql_[at_] != quote) {
        const auto kind = quote == '`' ? TokenKind::kQuoted : TokenKind::kString;
        return {kind, sql_.substr(begin + 1, at_ - begin - 2), begin, at_};
      }
      ++at_;  // a doubled quote stands for itself
    }
  }
  return {TokenKind::kString, sql_.substr(begin + 1), begin, at_};  // never closed: no valid SQL
}

std::optional<Token> Tokenizer::Next() {
  SkipSpaceAndComments();
  if (at_ >= sql_.size()) return std::nullopt;
  const size_t begin = at_;
  const char c = sql_[at_];
  if (c == '\'' || c == '"' || c == '`') return Quoted(c);
  if (IsNameByte(c)) {
    while (at_ < sql_.size() && IsNameByte(sql_[at_])) ++at_;
    return Token{TokenKind::kWord, sql_.substr(begin, at_ - begin), begin, at_};
  }
  at_ += LooksAt(":=") ? 2 : 1;
  return Token{TokenKind::kSymbol, sql_.substr(begin, at_ - begin), begin, at_};
}

bool EqualsIgnoringCase(std::string_view text, std::string_view upper) {
  return std::equal(text.begin(), text.end(), upper.begin(), upper.end(),
                    [](char a, char b) { return UpperByte(a) == b; });
}

bool IsWord(const Token& token, std::string_view upper) {
  return token.kind == TokenKind::kWord && EqualsIgnoringCase(token.text, upper);
}

bool IsSymbol(const Token& token, std::string_view symbol) {
  return token.kind == TokenKind::kSymbol && token.text == symbol;
}

std::string Upper(std::string_view text) {
  std::string upper(text);
  std::transform(upper.begin(), upper.end(), upper.begin(), UpperByte);
  return upper;
}

Tokens Tokenize(std::string_view sql, bool backslash_escapes) {
  Tokens tokens;
  Tokenizer tokenizer(sql, backslash_escapes);
  while (auto token = tokenizer.Next()) tokens.push_back(*token);
  return tokens;
}

std::string Unquote(const Token& token, bool backslash_escapes) {
  const bool name = token.kind == TokenKind::kQuoted;
  std::string plain;
  for (size_t i = 0; i < token.text.size(); ++i) {
    const char c = token.text[i];
    if (!name && c == '\\' && backslash_escapes && i + 1 < token.text.size()) {
      const char next = token.text[++i];
      plain += next == 'n' ? '\n' : next == 't' ? '\t' : next == 'r' ? '\r' : next;
      continue;
    }
    plain += c;
    const bool quote = name ? c == '`' : c == '\'' || c == '"';
    const bool doubled = quote && token.text.substr(i + 1).starts_with(c);
    if (doubled) ++i;
  }
  return plain;
}

}  // namespace borealis::sql

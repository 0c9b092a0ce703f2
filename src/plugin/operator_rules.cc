#include "plugin/operator_rules.h"

#include <fmt/core.h>

#include <array>

#include "plugin/sql.h"

namespace borealis::plugin {
namespace {

constexpr auto kOperatorSchemas =
    std::to_array<std::string_view>({"MYSQL", "SYS", "BOREALIS", "BOREALIS_ADMIN"});
// They change no definition.
constexpr auto kHarmless = std::to_array<std::string_view>(
    {"ANALYZE", "OPTIMIZE", "REPAIR", "CHECK", "FLUSH", "CHECKSUM"});
constexpr auto kMakers = std::to_array<std::string_view>({"CREATE", "ALTER", "DROP", "RENAME"});
constexpr auto kDefiners =
    std::to_array<std::string_view>({"CREATE", "ALTER", "DROP", "RENAME", "TRUNCATE"});
// Behind these only what is read or done is named.
constexpr auto kBody = std::to_array<std::string_view>(
    {"AS", "SELECT", "LIKE", "DO", "BEGIN", "REFERENCES", "RETURNS", "FOR", "VALUES"});
constexpr auto kKinds = std::to_array<std::string_view>(
    {"PROCEDURE", "FUNCTION", "PACKAGE", "EVENT", "VIEW", "TRIGGER", "DATABASE", "SCHEMA"});
// In these character sets a character may end in a byte that means a backslash elsewhere.
constexpr auto kAmbiguous = std::to_array<std::string_view>({"BIG5", "GBK", "SJIS", "CP932"});
constexpr size_t kHeadTokens = 24;  // before the name of what is defined
constexpr size_t kAccountHeadTokens = 6;
constexpr size_t kShownBytesMax = 80;

bool IsName(const Token& token) { return token.kind != TokenKind::kSymbol; }

// database.name or name at `at`; moves behind it.
std::string_view DatabaseOf(Span tokens, size_t& at, std::string_view current) {
  const size_t begin = at;
  at = SkipName(tokens, at);
  return at > begin + 2 ? tokens[begin].text : current;
}

// Behind [DEFINER = user@host] ... kind [BODY] [IF [NOT] EXISTS]; 0: no such kind.
size_t NameAt(Span tokens, bool& is_database) {
  for (size_t i = 1; i < std::min(tokens.size(), kHeadTokens); ++i) {
    if (IsWord(tokens[i], "DEFINER") && SymbolAt(tokens, i + 1, "=")) {
      i += SymbolAt(tokens, i + 3, "@") ? 4 : 2;
      continue;
    }
    if (IsWord(tokens[i], "TABLE") || !IsAnyOf(tokens[i], kKinds)) continue;
    is_database = IsWord(tokens[i], "DATABASE") || IsWord(tokens[i], "SCHEMA");
    ++i;
    while (WordAt(tokens, i, "BODY") || WordAt(tokens, i, "IF") || WordAt(tokens, i, "NOT") ||
           WordAt(tokens, i, "EXISTS")) {
      ++i;
    }
    return i;
  }
  return 0;
}

Refusal OperatorsSchema(std::string_view name) {
  return {kErrorTableDenied,
          fmt::format("the schema {} is the operator's: accounts change by CREATE USER, GRANT and "
                      "the like, everything else belongs in schemas of your own",
                      name.substr(0, kShownBytesMax))};
}

// Of what has no table: routines, events, views, triggers, databases.
std::optional<Refusal> CheckHead(Span tokens, std::string_view current) {
  bool is_database = false;
  size_t at = NameAt(tokens, is_database);
  if (at == 0) return std::nullopt;
  while (at < tokens.size() && IsName(tokens[at])) {
    const std::string_view name = is_database ? tokens[at].text : DatabaseOf(tokens, at, current);
    if (IsOperatorSchema(name)) return OperatorsSchema(name);
    if (is_database || !IsWord(tokens[0], "DROP") || !SymbolAt(tokens, at, ",")) break;
    ++at;
  }
  for (; IsWord(tokens[0], "ALTER") && at + 2 < tokens.size(); ++at) {
    if (!IsWord(tokens[at], "RENAME") || !IsWord(tokens[at + 1], "TO")) continue;
    size_t renamed = at + 2;
    const std::string_view name = DatabaseOf(tokens, renamed, current);
    if (IsOperatorSchema(name)) return OperatorsSchema(name);
  }
  return std::nullopt;
}

// Of an unquoted host the server's lexer takes what the tokens have apart: 10.0.0.1
std::string Host(std::string_view text, const Token& token, bool backslash_escapes) {
  if (token.kind == TokenKind::kString) return Unquote(token, backslash_escapes);
  if (token.kind == TokenKind::kQuoted) return std::string(token.text);
  size_t end = token.begin;
  const auto belongs = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '_' || c == '$' || c == '-';
  };
  while (end < text.size() && belongs(text[end])) ++end;
  return std::string(text.substr(token.begin, end - token.begin));
}

AccountName AccountAt(Span tokens, size_t at, std::string_view sql, bool escapes) {
  AccountName account;
  account.user = tokens[at].kind == TokenKind::kString ? Unquote(tokens[at], escapes)
                                                       : std::string(tokens[at].text);
  account.host = "%";
  if (SymbolAt(tokens, at + 1, "@") && at + 2 < tokens.size()) {
    account.host = Host(sql, tokens[at + 2], escapes);
  }
  return account;
}

// A character may end in a byte that looks like a backslash: names could be hidden in what the
// scanner takes for a string.
bool IsAmbiguous(std::string_view sql, std::string_view client_charset) {
  for (const std::string_view charset : kAmbiguous) {
    if (!EqualsIgnoringCase(client_charset, charset)) continue;
    for (const char c : sql) {
      if (static_cast<unsigned char>(c) >= 0x80) return true;
    }
  }
  return false;
}

bool ChangesAccounts(Span tokens) {
  if (tokens.empty()) return false;
  if (IsWord(tokens[0], "GRANT") || IsWord(tokens[0], "REVOKE")) return true;
  if (IsAnyOf(tokens[0], kMakers)) {
    const Span head = tokens.first(std::min(tokens.size(), kAccountHeadTokens));
    return Contains(head, "USER") || Contains(head, "ROLE");
  }
  if (!IsWord(tokens[0], "SET")) return false;
  for (size_t i = 1; i + 1 < tokens.size(); ++i) {
    if (IsWord(tokens[i], "PASSWORD") && IsWord(tokens[i + 1], "FOR")) return true;
    if (IsWord(tokens[i], "DEFAULT") && IsWord(tokens[i + 1], "ROLE")) return true;
  }
  return false;
}

Refusal OperatorsAccount(const AccountName& account) {
  return {kErrorAccessDenied,
          fmt::format("the account {}{}{} is the operator's: it is changed as root over a node's "
                      "socket only",
                      account.user.substr(0, kShownBytesMax), account.host.empty() ? "" : "@",
                      account.host.substr(0, kShownBytesMax))};
}

}  // namespace

bool IsOperatorSchema(std::string_view name) {
  for (const std::string_view schema : kOperatorSchemas) {
    if (EqualsIgnoringCase(name, schema)) return true;
  }
  return false;
}

std::optional<Refusal> CheckOperatorSchemas(Span all, std::string_view database,
                                            const std::vector<DefinedName>& names) {
  const Span tokens = Inner(all);
  if (!tokens.empty() && IsAnyOf(tokens[0], kHarmless)) return std::nullopt;
  for (const DefinedName& name : names) {
    if (!name.table.empty() && IsOperatorSchema(name.database)) {
      return OperatorsSchema(name.database);
    }
  }
  if (tokens.empty() || !IsAnyOf(tokens[0], kDefiners)) return std::nullopt;
  for (size_t i = 1; i + 1 < tokens.size(); ++i) {
    if (IsSymbol(tokens[i], "(") || IsAnyOf(tokens[i], kBody)) break;
    if (IsName(tokens[i]) && IsSymbol(tokens[i + 1], ".") && IsOperatorSchema(tokens[i].text)) {
      return OperatorsSchema(tokens[i].text);
    }
  }
  return CheckHead(tokens, database);
}

std::vector<AccountName> AccountsIn(Span all, std::string_view sql, bool backslash_escapes) {
  std::vector<AccountName> accounts;
  const Span tokens = Inner(all);
  if (!ChangesAccounts(tokens)) return accounts;
  for (size_t i = 1; i < tokens.size(); ++i) {
    if (IsName(tokens[i])) accounts.push_back(AccountAt(tokens, i, sql, backslash_escapes));
  }
  return accounts;
}

std::optional<Refusal> CheckAccounts(Span tokens, std::string_view sql, bool backslash_escapes,
                                     const AccountLookup& lookup) {
  const std::vector<AccountName> accounts = AccountsIn(tokens, sql, backslash_escapes);
  if (accounts.empty()) return std::nullopt;
  if (IsAmbiguous(sql, lookup.ClientCharset())) {
    return Refusal{kErrorAccessDenied,
                   "accounts can't be changed in this character set: SET NAMES utf8mb4"};
  }
  for (const AccountName& account : accounts) {
    if (account.user.starts_with("borealis.") || account.user == "mariadb.sys" ||
        lookup.IsOperators(account)) {
      return OperatorsAccount(account);
    }
    const AccountName role{account.user, ""};
    if (lookup.IsOperators(role)) return OperatorsAccount(role);
  }
  return std::nullopt;
}

std::optional<Refusal> CheckDefiner(Span all, std::string_view sql, bool backslash_escapes,
                                    const AccountLookup& lookup) {
  const Span tokens = Inner(all);
  if (!WordAt(tokens, 0, "CREATE") && !WordAt(tokens, 0, "ALTER")) return std::nullopt;
  for (size_t i = 1; i + 2 < std::min(tokens.size(), kHeadTokens); ++i) {
    if (IsSymbol(tokens[i], "(") || IsAnyOf(tokens[i], kBody)) return std::nullopt;
    if (!IsWord(tokens[i], "DEFINER") || !IsSymbol(tokens[i + 1], "=")) continue;
    const Token& user = tokens[i + 2];
    if (IsWord(user, "CURRENT_USER") || IsWord(user, "CURRENT_ROLE")) return std::nullopt;
    const AccountName own = lookup.Own();
    if (AccountAt(tokens, i + 2, sql, backslash_escapes) == own || lookup.MayNameDefiners()) {
      return std::nullopt;
    }
    return Refusal{kErrorAccessDenied,
                   fmt::format("it would run as another user: leave DEFINER out, or name yourself "
                               "({}@{})",
                               own.user.substr(0, kShownBytesMax), own.host)};
  }
  return std::nullopt;
}

bool DropsFunction(std::string_view sql) {
  Tokenizer tokenizer(sql, true);
  bool drop = false;
  while (auto token = tokenizer.Next()) {
    if (drop && IsWord(*token, "FUNCTION")) return true;
    drop = IsWord(*token, "DROP");
  }
  return false;
}

}  // namespace borealis::plugin

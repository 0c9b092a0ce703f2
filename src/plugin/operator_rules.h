// What is the operator's: the schemas that the cluster lives by, and accounts that can do more than
// SQL. Ordinary users read them, and change accounts of their own by CREATE USER, GRANT and the
// like; everything else there would be a way to become a superuser, or would stay on one server.
// Pure, but for what is asked of AccountLookup.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/session_rules.h"
#include "plugin/sql.h"

namespace borealis::plugin {

struct AccountName {
  std::string user;
  std::string host;  // "": a role
  bool operator==(const AccountName&) const = default;
};

// What the rules ask the server; a session's.
class AccountLookup {
 public:
  virtual ~AccountLookup() = default;
  // Whether an account of that name has a privilege that ordinary users can't have.
  virtual bool IsOperators(const AccountName& account) const = 0;
  virtual AccountName Own() const = 0;
  virtual bool MayNameDefiners() const = 0;  // has SET USER
  virtual std::string_view ClientCharset() const = 0;
};

// mysql, sys, borealis, borealis_admin; in any case of letters.
bool IsOperatorSchema(std::string_view name);

// What a statement that runs on every server names, as the server says before it runs.
struct DefinedName {
  std::string_view database;
  std::string_view table;  // empty: a database, or something that has no table
};

// A statement that defines something in the operator's schemas, accounts apart. `database`: the
// session's default, "" if not known. Names are taken from the server where it tells them, and
// from the text.
std::optional<Refusal> CheckOperatorSchemas(std::span<const Token> tokens,
                                            std::string_view database,
                                            const std::vector<DefinedName>& names);

// A statement that changes an account which is the operator's or nobody's, or hands out a role of
// the operator's. `sql`: what the tokens are from.
std::optional<Refusal> CheckAccounts(std::span<const Token> tokens, std::string_view sql,
                                     bool backslash_escapes, const AccountLookup& lookup);
// All that could be an account's name, words that are none among them; host "%" where none is
// named. Empty for statements that change no account.
std::vector<AccountName> AccountsIn(std::span<const Token> tokens, std::string_view sql,
                                    bool backslash_escapes);

// Whether DROP FUNCTION is in the statement.
bool DropsFunction(std::string_view sql);

// CREATE and ALTER with another DEFINER than the session's own account. The server itself asks
// whether the session may do that when views have their place in the order already, and the other
// servers make them.
std::optional<Refusal> CheckDefiner(std::span<const Token> tokens, std::string_view sql,
                                    bool backslash_escapes, const AccountLookup& lookup);

}  // namespace borealis::plugin

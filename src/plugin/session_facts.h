// What the rules ask about the session that runs a text, taken from the server.
#pragma once

#include <string_view>

#include "plugin/operator_rules.h"
#include "plugin/plugin_abi.h"
#include "plugin/text_rules.h"

namespace borealis::plugin {

// Of a text that is not the operator's; accounts and database are for the caller to add.
TextFacts FactsOf(abi::Thd* thd, std::string_view sql);

// REQUIRES: the session outlives it.
class SessionAccounts : public AccountLookup {
 public:
  explicit SessionAccounts(abi::Thd* thd) : thd_(thd) {}
  bool IsOperators(const AccountName& account) const override;
  AccountName Own() const override;
  bool MayNameDefiners() const override;
  std::string_view ClientCharset() const override;

 private:
  abi::Thd* const thd_;
};

}  // namespace borealis::plugin

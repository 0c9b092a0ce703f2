#include "plugin/session_facts.h"

#include <utility>

#include "plugin/plugin_state.h"

namespace borealis::plugin {

TextFacts FactsOf(abi::Thd* thd, std::string_view sql) {
  TextFacts facts;
  facts.session = held.server->State(thd);
  facts.default_engine = held.server->DefaultEngine(thd);
  if (sql.find('\\') != std::string_view::npos) {
    facts.backslash_escapes = held.server->BackslashEscapes(thd);
  }
  return facts;
}

bool SessionAccounts::IsOperators(const AccountName& account) const {
  return held.server->IsOperators(account.user, account.host);
}

AccountName SessionAccounts::Own() const {
  ServerCalls::Account own = held.server->Own(thd_);
  return {std::move(own.user), std::move(own.host)};
}

bool SessionAccounts::MayNameDefiners() const { return held.server->MayNameDefiners(thd_); }

std::string_view SessionAccounts::ClientCharset() const { return held.server->ClientCharset(thd_); }

}  // namespace borealis::plugin

// The reader of SQL text (sql/), under this room's own name: nearly every rule here is about one.
#pragma once

#include "sql/statement_parts.h"
#include "sql/tokens.h"

namespace borealis::plugin {

using sql::Contains;
using sql::EqualsIgnoringCase;
using sql::Inner;
using sql::IsAnyOf;
using sql::IsSymbol;
using sql::IsWord;
using sql::SkipName;
using sql::Span;
using sql::SplitList;
using sql::SymbolAt;
using sql::TableNameAt;
using sql::Token;
using sql::Tokenize;
using sql::Tokenizer;
using sql::TokenKind;
using sql::Tokens;
using sql::Unquote;
using sql::Upper;
using sql::WordAt;

}  // namespace borealis::plugin

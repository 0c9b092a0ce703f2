// Statements that define what would live on one server alone: tables of other engines, libraries,
// files. Pure. For ordinary users. (row_rules.h has those that nobody may run.)
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "plugin/session_rules.h"
#include "plugin/sql.h"

namespace borealis::plugin {

// CREATE TABLE and ALTER TABLE. `default_engine`: the session's; empty: not known.
std::optional<Refusal> CheckEngine(std::span<const Token> tokens, std::string_view default_engine);

// ALTER TABLE ... IMPORT TABLESPACE, CREATE FUNCTION ... SONAME, INSTALL and UNINSTALL.
std::optional<Refusal> CheckLocalFiles(std::span<const Token> tokens);

// CREATE ... PROCEDURE, FUNCTION, TRIGGER, EVENT, PACKAGE, or ALTER EVENT: has a body of
// statements.
bool DefinesRoutine(std::span<const Token> tokens);

}  // namespace borealis::plugin

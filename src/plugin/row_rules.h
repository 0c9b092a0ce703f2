// Definitions after which rows would depend on the server: numbers given in an order that differs,
// random or unique values, the session's own facts, fractions of a second. Pure, by the statement's
// text alone, so that every server decides alike. For everybody: nothing else keeps servers equal.
#pragma once

#include <optional>
#include <span>

#include "plugin/session_rules.h"
#include "plugin/sql.h"

namespace borealis::plugin {

// ALTER TABLE. `whole_second`: the statement's time has no fraction. REQUIRES: tokens[0] is ALTER.
std::optional<Refusal> CheckNodeDependentChange(std::span<const Token> tokens, bool whole_second);

// CREATE SEQUENCE: no key certifies its row, so that two servers give the same numbers and end with
// different rows. (NEXTVAL of a TEMPORARY one fails in a cluster anyway.) REQUIRES: tokens[0] is
// CREATE.
std::optional<Refusal> CheckSequence(std::span<const Token> tokens);

// CREATE OR REPLACE TABLE ... SELECT: when the query fails, the old table is gone on this server
// alone. REQUIRES: tokens[0] is CREATE.
std::optional<Refusal> CheckReplacingSelect(std::span<const Token> tokens);

// ALTER PROCEDURE, ALTER FUNCTION: the server changes them without telling the others. REQUIRES:
// tokens[0] is ALTER.
std::optional<Refusal> CheckAlterRoutine(std::span<const Token> tokens);

}  // namespace borealis::plugin

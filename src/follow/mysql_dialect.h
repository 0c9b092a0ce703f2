// Statements of a MySQL source as MariaDB takes them. Pure. What it does not know it leaves alone:
// the server then says what it does not understand.
#pragma once

#include <string>
#include <string_view>

namespace borealis::follow {

// MySQL's default collation of today has no twin in MariaDB 10.11; of what there is this one orders
// by Unicode, passes over case and accents, and does not pad: what is unique there is so here, but
// for letters that Unicode 5.2 and 9.0 weigh differently.
inline constexpr std::string_view kNearestCollation = "utf8mb4_unicode_520_nopad_ci";

// A setting of the log: collations by their number.
std::string TranslateSetting(std::string_view statement);
// A definition: the collation by its name, and the end of a CREATE TABLE ... SELECT's definition.
std::string TranslateDefinition(std::string_view statement);

}  // namespace borealis::follow

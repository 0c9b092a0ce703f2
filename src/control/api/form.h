// A request's body as fields: application/x-www-form-urlencoded, bounded. Pure.
//
//   body  = field *("&" field);  field = name ["=" value]
//   both: "+" is a blank, "%HH" a byte
//
// Refused, not mended: a bad escape, bytes that are no UTF-8, a zero byte, a name that comes twice.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/status.h"

namespace borealis::control {

inline constexpr size_t kFormBytesMax = 256 << 10;
inline constexpr size_t kFormFieldsMax = 2000;
inline constexpr size_t kFieldNameBytesMax = 256;

using Form = std::map<std::string, std::string, std::less<>>;

// kInvalidArgument: what is wrong with it, without its content.
Result<Form> DecodeForm(std::string_view body);

// Empty: it is not there.
std::string FieldOf(const Form& form, std::string_view name);

// A body that decodes to `form`.
std::string EncodeForm(const Form& form);
// Everything but letters, digits, "-", "_", "." and "~" as "%HH", as SigV4 spells names and values.
std::string PercentEncode(std::string_view text);

bool IsUtf8(std::string_view text);

}  // namespace borealis::control

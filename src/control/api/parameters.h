// Parameters: the fields of a request, read by name and checked. The first failure sticks, later
// reads return empty values, and the caller asks error() once before it acts. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/api/error.h"
#include "control/api/form.h"

namespace borealis::control {

class Parameters {
 public:
  // Borrows the form.
  explicit Parameters(const Form& form) : form_(form) {}

  bool Has(std::string_view name) const { return form_.find(name) != form_.end(); }
  // Empty when absent.
  std::string Text(std::string_view name) const;
  // MissingParameter.
  std::string Required(std::string_view name);
  // 1 to 63 letters, digits, hyphens, a letter first, no hyphen at the end and no two in a row;
  // as lower case. InvalidParameterValue.
  std::string Identifier(std::string_view name);
  std::string OptionalIdentifier(std::string_view name);
  // InvalidParameterValue when it is no number from min to max.
  int Number(std::string_view name, int otherwise, int min, int max);
  bool Flag(std::string_view name, bool otherwise);
  // "Prefix.1", "Prefix.2", ...; `prefix` without the final dot, e.g. "Tags.Tag" or "GroupId".
  // "Prefix" itself may also be spelled "<list>.member" as older clients do.
  std::vector<std::string> List(const std::string& prefix) const;
  // Whether anything begins with "prefix.".
  bool HasUnder(const std::string& prefix) const;

  // Keeps the first.
  void Fail(int http_status, std::string code, std::string message);
  void FailValue(std::string message) { Fail(400, "InvalidParameterValue", std::move(message)); }
  const std::optional<ApiError>& error() const { return error_; }

 private:
  const Form& form_;
  std::optional<ApiError> error_;
};

bool IsIdentifier(std::string_view text);
std::string ToLower(std::string_view text);
std::string ToUpper(std::string_view text);
// 8 to 41 printable ASCII characters without / " @ and blank.
bool IsPassword(std::string_view text);
// 1 to 16 letters or digits, a letter first.
bool IsUserName(std::string_view text);

}  // namespace borealis::control

// The parameters of servers that parameter groups may set, and what each may be set to. Nothing is
// in it that would make servers differ in content, or that the control plane sets itself. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace borealis::control {

inline constexpr std::string_view kParameterFamily = "mariadb10.11";
inline constexpr std::string_view kDefaultParameterGroup = "default.mariadb10.11";

struct ParameterInfo {
  std::string_view name;
  bool dynamic;              // takes effect on a server that runs; else at its next start
  std::string_view type;     // "integer", "boolean", "string", "list"
  std::string_view allowed;  // "1-100", or the words themselves, "ON,OFF"
  std::string_view description;
};

const std::vector<ParameterInfo>& ParameterCatalogue();  // by name
// Null: there is none.
const ParameterInfo* FindParameter(std::string_view name);
bool IsAllowed(const ParameterInfo& info, const std::string& value);

}  // namespace borealis::control

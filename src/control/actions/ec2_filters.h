// EC2's filters, "Filter.N.Name" and "Filter.N.Value.M", and its tags. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "control/actions/call.h"

namespace borealis::control {

class Ec2Filters {
 public:
  // InvalidParameterValue for a name that is not in `known`.
  Ec2Filters(Call& call, const std::vector<std::string>& known);
  bool Accepts(const std::string& name, std::string_view value) const;

 private:
  std::map<std::string, std::vector<std::string>> wanted_;
};

// "TagSpecification.1.Tag.N.Key" and ".Value".
Tags ReadEc2Tags(Call& call);
// <tagSet><item><key/><value/></item>...
void AddEc2Tags(Value& record, const Tags& tags);

}  // namespace borealis::control

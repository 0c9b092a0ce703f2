#include "control/actions/ec2_filters.h"

#include <fmt/core.h>

#include <algorithm>

namespace borealis::control {
namespace {

constexpr size_t kTagsMax = 50;

}  // namespace

Ec2Filters::Ec2Filters(Call& call, const std::vector<std::string>& known) {
  for (int n = 1;; ++n) {
    const std::string prefix = fmt::format("Filter.{}", n);
    if (!call.parameters.HasUnder(prefix)) return;
    const std::string name = call.parameters.Required(prefix + ".Name");
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      call.parameters.FailValue(fmt::format("The filter '{}' is invalid", name));
      return;
    }
    wanted_[name] = call.parameters.List(prefix + ".Value");
  }
}

bool Ec2Filters::Accepts(const std::string& name, std::string_view value) const {
  const auto filter = wanted_.find(name);
  return filter == wanted_.end() ||
         std::find(filter->second.begin(), filter->second.end(), value) != filter->second.end();
}

Tags ReadEc2Tags(Call& call) {
  Tags tags;
  for (size_t n = 1; n <= kTagsMax; ++n) {
    const std::string prefix = fmt::format("TagSpecification.1.Tag.{}", n);
    if (!call.parameters.HasUnder(prefix)) break;
    tags[call.parameters.Required(prefix + ".Key")] = call.parameters.Text(prefix + ".Value");
  }
  return tags;
}

void AddEc2Tags(Value& record, const Tags& tags) {
  Value list = Value::List("item");
  for (const auto& [key, value] : tags) {
    list.Append(Value::Record().Add("key", key).Add("value", value));
  }
  record.Add("tagSet", std::move(list));
}

}  // namespace borealis::control

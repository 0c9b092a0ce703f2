#include "control/actions/ec2_tags.h"

#include <fmt/core.h>

namespace borealis::control {
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

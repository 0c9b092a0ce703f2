#include "control/api/json.h"

#include <nlohmann/json.hpp>

namespace borealis::control {
namespace {

using Json = nlohmann::ordered_json;

Json Tree(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::kRecord: {
      Json object = Json::object();
      for (const auto& [name, member] : value.members()) object[name] = Tree(member);
      return object;
    }
    case Value::Kind::kList: {
      Json array = Json::array();
      for (const auto& [unnamed, item] : value.members()) array.push_back(Tree(item));
      return array;
    }
    case Value::Kind::kNumber:
      return std::stoll(value.text());
    case Value::Kind::kBool:
      return value.text() == "true";
    case Value::Kind::kText:
      break;
  }
  return value.text();
}

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string ToJson(const Value& value) { return Dump(Tree(value)); }

std::string ToJson(const ApiError& error) {
  return Dump({{"error", {{"code", error.code}, {"message", error.message}}}});
}

}  // namespace borealis::control

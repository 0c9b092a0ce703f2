// Value: what an action answers, as a tree without a notation: a record of named members, a list,
// or a scalar. Rendered as the XML of AWS's Query protocol. Pure.
//
//   record   <Name>...</Name>, members in the order they were added
//   list     <Lists><Item/><Item/></Lists>; the items' element name is the list's own
//   scalar   text; numbers and booleans are spelled as XML Schema does
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace borealis::control {

class Value {
 public:
  enum class Kind { kText, kNumber, kBool, kRecord, kList };

  static Value Record() { return Value(Kind::kRecord); }
  static Value List(std::string item_name) {
    Value list(Kind::kList);
    list.text_ = std::move(item_name);
    return list;
  }
  static Value Text(std::string text) {
    Value value(Kind::kText);
    value.text_ = std::move(text);
    return value;
  }

  // To a record. REQUIRES: kind() is kRecord. Returns *this.
  Value& Add(std::string name, Value value);
  Value& Add(std::string name, std::string_view text);
  Value& Add(std::string name, const char* text) {
    return Add(std::move(name), std::string_view(text));
  }
  Value& Add(std::string name, int64_t number);
  Value& Add(std::string name, int number) { return Add(std::move(name), int64_t{number}); }
  Value& Add(std::string name, bool flag);
  // Nothing when the text is empty: an absent member.
  Value& AddIfSet(std::string name, std::string_view text);
  // Microseconds since 1970 as 2026-11-23T14:05:29.250Z; nothing for 0.
  Value& AddTime(std::string name, int64_t time_us);

  // To a list. REQUIRES: kind() is kList. Returns *this.
  Value& Append(Value value);
  Value& Append(std::string_view text) { return Append(Text(std::string(text))); }

  Kind kind() const { return kind_; }
  // Of a scalar, its text; of a list, its items' name.
  const std::string& text() const { return text_; }
  // Of a record; a list's have empty names.
  const std::vector<std::pair<std::string, Value>>& members() const { return members_; }

 private:
  explicit Value(Kind kind) : kind_(kind) {}

  Kind kind_;
  std::string text_;
  std::vector<std::pair<std::string, Value>> members_;
};

// "<name>...</name>" to the end of `out`. Characters that XML 1.0 cannot hold become '?'.
void RenderXml(std::string_view name, const Value& value, std::string& out);
std::string EscapeXml(std::string_view text);

// "2026-11-23T14:05:29.250Z"
std::string TimeText(int64_t time_us);

}  // namespace borealis::control

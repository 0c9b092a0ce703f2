#include "provider/dropped_trigger.h"

#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "provider/session_state.h"

namespace borealis::provider {
namespace {

bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool IsPlain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         c == '$' || byte >= 0x80;
}
bool AllPlainAscii(std::string_view name) {
  return std::ranges::all_of(
      name, [](char c) { return IsPlain(c) && static_cast<unsigned char>(c) < 0x80; });
}

// Reads words and names of a statement; a failed read changes nothing.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  void SkipBlanks() {
    while (at_ < text_.size()) {
      if (IsSpace(text_[at_])) {
        ++at_;
      } else if (Rest().starts_with("*/")) {  // the end of one that is run
        at_ += 2;
      } else if (Rest().starts_with("/*!") || Rest().starts_with("/*M!")) {
        Jump(text_.find_first_not_of("0123456789", text_.find('!', at_) + 1), 0);  // it is run
      } else if (Rest().starts_with("/*")) {
        Jump(text_.find("*/", at_ + 2), 2);
      } else if (text_[at_] == '#' || Rest().starts_with("--")) {
        Jump(text_.find('\n', at_), 1);
      } else {
        return;
      }
    }
  }

  bool Word(std::string_view lower) {
    constexpr char kLowerCase = 0x20;
    const std::string_view rest = Rest();
    if (rest.size() < lower.size() || (rest.size() > lower.size() && IsPlain(rest[lower.size()])) ||
        !std::equal(lower.begin(), lower.end(), rest.begin(),
                    [](char l, char t) { return l == static_cast<char>(t | kLowerCase); })) {
      return false;
    }
    at_ += lower.size();
    SkipBlanks();
    return true;
  }

  bool Dot() {
    if (!Rest().starts_with('.')) return false;
    ++at_;
    SkipBlanks();
    return true;
  }

  // Empty: there is none.
  std::string Name() {
    std::string name;
    const std::string_view rest = Rest();
    if (rest.starts_with('`') || rest.starts_with('"')) {
      const char quote = rest.front();
      for (++at_; at_ < text_.size(); ++at_) {
        if (text_[at_] == quote && (at_ + 1 == text_.size() || text_[++at_] != quote)) break;
        name += text_[at_];
      }
    } else {
      while (at_ < text_.size() && IsPlain(text_[at_])) name += text_[at_++];
    }
    SkipBlanks();
    return name;
  }

 private:
  std::string_view Rest() const { return text_.substr(at_); }
  void Jump(size_t to, size_t past) {
    at_ = to == std::string_view::npos ? text_.size() : to + past;
  }

  const std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

std::optional<std::string> DroppedTrigger(std::string_view statement) {
  Scanner scanner(statement);
  scanner.SkipBlanks();
  if (!scanner.Word("drop") || !scanner.Word("trigger")) return std::nullopt;
  if (scanner.Word("if")) scanner.Word("exists");
  std::string name = scanner.Name();
  if (scanner.Dot()) name = scanner.Name();
  return name.empty() ? std::nullopt : std::optional(name);
}

bool IsTriggerOn(const std::string& directory, const std::string& database,
                 const std::string& trigger, const std::string& table) {
  if (!AllPlainAscii(trigger)) return true;  // the client's character set is not known here
  std::ifstream file(
      fmt::format("{}/{}/{}.TRN", directory, FileNameOf(database), FileNameOf(trigger)));
  if (!file) return false;
  if (!AllPlainAscii(table)) return true;  // may be escaped
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  return text.find(fmt::format("\ntrigger_table={}\n", table)) != std::string::npos;
}

}  // namespace borealis::provider

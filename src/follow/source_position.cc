#include "follow/source_position.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace borealis::follow {
namespace {

constexpr size_t kFileNameBytesMax = 255;

bool IsFileName(std::string_view name) {
  return !name.empty() && name.size() <= kFileNameBytesMax &&
         std::ranges::all_of(name, [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '.' || c == '_' || c == '-';
         });
}

std::optional<uint64_t> Number(std::string_view digits) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

uint64_t NumberOf(std::string_view file) {
  return Number(file.substr(std::min(file.rfind('.') + 1, file.size()))).value_or(0);
}

// The word after `key`, any of "=", ":", quotes and blanks between them.
std::string_view WordAfter(std::string_view text, std::string_view key) {
  size_t at = text.find(key);
  if (at == std::string_view::npos) return {};
  at += key.size();
  constexpr std::string_view kBetween = " \t=:'\"";
  const size_t begin = std::min(text.find_first_not_of(kBetween, at), text.size());
  const size_t end = std::min(text.find_first_of(" \t'\",;\r\n", begin), text.size());
  return text.substr(begin, end - begin);
}

}  // namespace

std::string SourcePosition::ToString() const { return fmt::format("{}:{}", file, offset); }

bool IsBefore(const SourcePosition& a, const SourcePosition& b) {
  const uint64_t files[] = {NumberOf(a.file), NumberOf(b.file)};
  return files[0] != files[1] ? files[0] < files[1] : a.offset < b.offset;
}

Result<SourcePosition> ParseSourcePosition(std::string_view text) {
  const size_t colon = std::min(text.rfind(':'), text.size());
  const auto offset = Number(text.substr(std::min(colon + 1, text.size())));
  if (!IsFileName(text.substr(0, colon)) || !offset.has_value()) {
    return Status(Code::kInvalidArgument,
                  fmt::format("'{}': give a position as FILE:OFFSET, binlog.000001:1234 for "
                              "instance",
                              text));
  }
  return SourcePosition{std::string(text.substr(0, colon)), *offset};
}

Result<SourcePosition> FindDumpPosition(std::string_view text) {
  constexpr std::string_view kForms[][2] = {
      {"MASTER_LOG_FILE", "MASTER_LOG_POS"},
      {"SOURCE_LOG_FILE", "SOURCE_LOG_POS"},
      {"Log:", "Pos:"},
  };
  for (const auto& [file_key, offset_key] : kForms) {
    const std::string_view file = WordAfter(text, file_key);
    const auto offset = Number(WordAfter(text, offset_key));
    if (IsFileName(file) && offset.has_value()) return SourcePosition{std::string(file), *offset};
  }
  return Status(Code::kNotFound,
                "the dump does not say at which place of the source's binary log it was made: make "
                "it with --master-data=2, or give --position");
}

}  // namespace borealis::follow

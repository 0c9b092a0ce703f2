#include "follow/binlog_text.h"

#include <fmt/core.h>

#include <charconv>

namespace borealis::follow {
namespace {

constexpr std::string_view kDelimiterWord = "DELIMITER ";

// The number after `key`; nullopt: there is none.
std::optional<uint64_t> NumberAfter(std::string_view line, std::string_view key) {
  const size_t at = line.find(key);
  if (at == std::string_view::npos) return std::nullopt;
  const char* begin = line.data() + at + key.size();
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(begin, line.data() + line.size(), value);
  return error == std::errc() && end != begin ? std::optional(value) : std::nullopt;
}

}  // namespace

void BinlogText::Comment(std::string_view line) {
  if (!line.starts_with('#') || line.starts_with("#Q>")) return;  // the source's own text
  constexpr std::string_view kEnd = " end_log_pos ";
  const auto end = NumberAfter(line, kEnd);
  if (!end.has_value()) return;
  position_.offset = *end;
  constexpr std::string_view kRotate = "\tRotate to ";
  const size_t rotate = line.find(kRotate);
  if (rotate == std::string_view::npos) return;
  std::string_view file = line.substr(rotate + kRotate.size());
  const auto offset = NumberAfter(file, "  pos: ");
  if (!offset.has_value()) return;
  file = file.substr(0, file.find("  pos: "));
  position_ = {std::string(file), *offset};
}

Result<std::optional<BinlogItem>> BinlogText::Line(std::string_view line) {
  if (statement_.empty()) {
    if (line.empty()) return std::optional<BinlogItem>();
    if (line.starts_with('#')) {
      Comment(line);
      return std::optional<BinlogItem>();
    }
    if (line.starts_with(kDelimiterWord)) {
      delimiter_ = line.substr(kDelimiterWord.size());
      return std::optional<BinlogItem>();
    }
  }
  if (statement_.size() + line.size() > kStatementBytesMax) {
    return Status(Code::kCorruption, fmt::format("a statement before {} is larger than {} MiB",
                                                 position_.ToString(), kStatementBytesMax >> 20));
  }
  if (!line.ends_with(delimiter_)) {
    statement_.append(line);
    statement_ += '\n';
    return std::optional<BinlogItem>();
  }
  statement_.append(line.substr(0, line.size() - delimiter_.size()));
  while (statement_.ends_with('\n')) statement_.pop_back();
  BinlogItem item{std::move(statement_), position_};
  statement_.clear();
  return std::optional(std::move(item));
}

}  // namespace borealis::follow

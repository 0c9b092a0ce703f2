#include "snapshot/engine_position.h"

#include <fmt/core.h>

#include <charconv>
#include <cstdint>

namespace borealis::snapshot {
namespace {

// "UUID:SEQNO" or "UUID:SEQNO,GTID"; empty: the output has no such line.
std::string_view RecoveredText(std::string_view output) {
  constexpr std::string_view kMark = "WSREP: Recovered position: ";
  const size_t at = output.rfind(kMark);
  if (at == std::string_view::npos) return {};
  const std::string_view text = output.substr(at + kMark.size());
  return text.substr(0, text.find('\n'));
}

// A number and what stands behind it, "" for the end.
template <typename Number>
bool Take(std::string_view& text, Number& number, std::string_view behind) {
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<size_t>(stop - text.data()));
  if (behind.empty()) return text.empty();
  if (!text.starts_with(behind)) return false;
  text.remove_prefix(behind.size());
  return true;
}

}  // namespace

std::optional<EnginePosition> ParseRecoveredPosition(std::string_view output) {
  std::string_view text = RecoveredText(output);
  EnginePosition position;
  const auto history = Uuid::Parse(text.substr(0, 36));
  if (!history || text.size() < 38 || text[36] != ':') return std::nullopt;
  text.remove_prefix(37);
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), position.seqno.value);
  if (error != std::errc() || end == text.data()) return std::nullopt;
  position.history = *history;
  if (position.history.IsNil()) position.seqno = Seqno::Undefined();
  return position;
}

std::string ParseRecoveredGtid(std::string_view output) {
  const std::string_view text = RecoveredText(output);
  const size_t comma = text.find(',');
  if (comma == std::string_view::npos) return {};
  std::string_view gtid = text.substr(comma + 1);
  uint32_t domain = 0;
  uint32_t server = 0;
  uint64_t count = 0;
  const bool whole = Take(gtid, domain, "-") && Take(gtid, server, "-") && Take(gtid, count, "");
  return whole && server != 0 ? fmt::format("{}-{}-{}", domain, server, count) : std::string();
}

}  // namespace borealis::snapshot

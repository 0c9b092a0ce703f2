#include "snapshot/engine_position.h"

#include <charconv>

namespace borealis::snapshot {

std::optional<EnginePosition> ParseRecoveredPosition(std::string_view output) {
  constexpr std::string_view kMark = "WSREP: Recovered position: ";
  const size_t at = output.rfind(kMark);
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view text = output.substr(at + kMark.size());
  text = text.substr(0, text.find('\n'));
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

}  // namespace borealis::snapshot

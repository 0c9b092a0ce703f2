#include "plugin/session_rules.h"

#include <fmt/core.h>

namespace borealis::plugin {
namespace {

struct FragmentBounds {
  uint64_t min;
  uint64_t max;
  const char* unit;
};

FragmentBounds BoundsOf(FragmentUnit unit) {
  switch (unit) {
    case FragmentUnit::kRows:
      return {kFragmentRowsMin, kFragmentBytesMax, "rows"};
    case FragmentUnit::kStatements:
      return {kFragmentStatementsMin, kFragmentBytesMax, "statements"};
    case FragmentUnit::kBytes:
      break;
  }
  return {kFragmentBytesMin, kFragmentBytesMax, "bytes"};
}

Refusal WrongValue(std::string message) { return {kErrorWrongValue, std::move(message)}; }

}  // namespace

std::optional<Refusal> CheckSession(const SessionState& state) {
  if (state.isolation == Isolation::kSerializable) {
    return WrongValue(
        "SERIALIZABLE can't be kept across servers: use REPEATABLE READ, which is snapshot "
        "isolation, and change a common row where two transactions must not both commit");
  }
  if (!state.snapshot_isolation) {
    return WrongValue(
        "innodb_snapshot_isolation must stay ON: without it a transaction overwrites what it never "
        "saw");
  }
  if (state.schema_upgrade != SchemaUpgrade::kTotalOrder) {
    return WrongValue(
        "wsrep_OSU_method must stay TOI: any other changes the schema of one server alone");
  }
  if (!state.replicates) {
    return WrongValue("wsrep_on must stay ON: changes would stay on one server");
  }
  if (state.increment != state.node_increment || state.offset != state.node_offset) {
    return WrongValue(fmt::format(
        "auto_increment_increment and auto_increment_offset must stay {} and {} on this server, so "
        "that no two servers give the same number",
        state.node_increment, state.node_offset));
  }
  const FragmentBounds bounds = BoundsOf(state.fragment_unit);
  if (state.fragment_size != 0 &&
      (state.fragment_size < bounds.min || state.fragment_size > bounds.max)) {
    return WrongValue(fmt::format("wsrep_trx_fragment_size must be 0 or from {} to {} {}",
                                  bounds.min, bounds.max, bounds.unit));
  }
  return std::nullopt;
}

}  // namespace borealis::plugin

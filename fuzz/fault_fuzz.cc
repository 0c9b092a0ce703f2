// Texts of queries, searched for statements that inject faults: what is found lies within the text,
// in order, begins with our words, is no more than the text alone would give, and every number is
// within its bounds; blanked out, nothing is found any more.
//
//   first byte & 1   sql_mode NO_BACKSLASH_ESCAPES
//   the rest         the text
#include "base/check.h"
#include "fuzz/fuzz_input.h"
#include "plugin/fault_text.h"
#include "plugin/statement_parts.h"
#include "plugin/testing.h"

namespace borealis::plugin {
namespace {

struct Bounds {
  void operator()(const Crash&) const {}
  void operator()(const VolumeStatus&) const {}
  void operator()(const ReplicaFailure& fault) const { Check(fault.percent, fault.seconds); }
  void operator()(const DiskFailure& fault) const { Check(fault.percent, fault.seconds); }
  void operator()(const DiskCongestion& fault) const {
    Check(fault.percent, fault.seconds);
    CHECK(fault.min_ms >= 0 && fault.min_ms <= fault.max_ms && fault.max_ms <= kCongestionMsMax);
  }
  static void Check(double percent, int64_t seconds) {
    CHECK(percent >= 0 && percent <= 100);
    CHECK(seconds >= 1 && seconds <= kFaultSecondsMax);
  }
};

void CheckMeaning(const std::variant<FaultCommand, Refusal>& meaning) {
  if (const auto* refusal = std::get_if<Refusal>(&meaning)) {
    CHECK(refusal->error == kErrorSyntax || refusal->error == kErrorOutOfRange);
    CHECK(!refusal->message.empty() && refusal->message.size() < 256);
    return;
  }
  std::visit(Bounds(), std::get<FaultCommand>(meaning));
}

void Search(std::string_view sql, bool backslash_escapes) {
  std::string rest(sql);
  size_t last = 0;
  for (const FaultStatement& fault : FindFaults(sql, backslash_escapes)) {
    CHECK(fault.begin >= last && fault.begin < fault.end && fault.end <= sql.size());
    last = fault.end;
    const Tokens tokens = Tokenize(sql.substr(fault.begin, fault.end - fault.begin));
    CHECK(WordAt(tokens, 0, "ALTER") || WordAt(tokens, 0, "SHOW"));
    CHECK(WordAt(tokens, 1, "SYSTEM") || WordAt(tokens, 1, "VOLUME"));
    CheckMeaning(fault.meaning);
    rest.replace(fault.begin, fault.end - fault.begin, fault.end - fault.begin, ' ');
  }
  CHECK(FindFaults(rest, backslash_escapes).empty());
}

}  // namespace
}  // namespace borealis::plugin

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace borealis;  // NOLINT: a fuzz target
  fuzz::Input input(data, size);
  const bool backslash_escapes = (input.Take<uint8_t>() & 1) == 0;
  plugin::Search(input.text(), backslash_escapes);
  return 0;
}

// Texts of queries, searched for statements that inject faults: what is found lies within the text,
// in order, begins with our words, is no more than the text alone would give, and every number is
// within its bounds; blanked out, nothing is found any more. And what members ask others to hold
// back: what is accepted encodes to the same bytes.
//
//   first byte % 3   0: a text   1: under sql_mode NO_BACKSLASH_ESCAPES   2: a hint
#include "base/check.h"
#include "faults/replica_faults.h"
#include "fuzz/fuzz_input.h"
#include "plugin/fault_text.h"
#include "plugin/sql.h"
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
  const int mode = input.Take<uint8_t>() % 3;
  if (mode < 2) {
    plugin::Search(input.text(), mode == 0);
    return 0;
  }
  Bytes hint = input.copy();
  fuzz::MakeHashRight(hint, faults::kReplicaFaultsSeed);
  const auto asked = faults::ReplicaFaults::Decode(hint);
  if (asked.ok()) CHECK(fuzz::Same(asked->Encode(), hint));
  return 0;
}

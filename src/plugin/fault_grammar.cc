#include "plugin/fault_grammar.h"

#include <fmt/core.h>

#include <array>
#include <charconv>
#include <utility>

#include "plugin/sql.h"

namespace borealis::plugin {
namespace {

constexpr size_t kQuotedBytesMax = 64;  // of the statement, in a message

struct Unit {
  std::string_view word;
  int64_t seconds;
};
constexpr int64_t kDay = 86'400;
constexpr auto kUnits = std::to_array<Unit>({{"SECOND", 1},
                                             {"MINUTE", 60},
                                             {"HOUR", 3'600},
                                             {"DAY", kDay},
                                             {"WEEK", 7 * kDay},
                                             {"MONTH", 30 * kDay},
                                             {"QUARTER", 91 * kDay},
                                             {"YEAR", 365 * kDay}});

// Reads on from where it stands. The first thing that is wrong stays in `refusal`; every read after
// it fails, too.
class Parser {
 public:
  Parser(std::string_view sql, Span tokens, bool backslash_escapes, size_t at)
      : sql_(sql), tokens_(tokens), backslash_escapes_(backslash_escapes), at_(at) {}

  std::variant<FaultCommand, Refusal> Parse() {
    FaultCommand command;
    if (Word("CRASH")) {
      command = ParseCrash();
    } else if (Word("SIMULATE")) {
      command = ParseSimulate();
    } else {
      Fail("CRASH or SIMULATE");
    }
    if (!refusal_ && at_ < tokens_.size()) Fail("the end of the statement");
    if (refusal_) return std::move(*refusal_);
    return command;
  }

 private:
  Crash ParseCrash() {
    if (Word("DISPATCHER")) return {Crash::Target::kDispatcher};
    if (Word("NODE")) return {Crash::Target::kNode};
    (void)Word("INSTANCE");
    return {Crash::Target::kInstance};
  }

  FaultCommand ParseSimulate() {
    const double percent = Percent();
    Expect("PERCENT");
    if (Word("READ")) {
      Expect("REPLICA");
      Expect("FAILURE");
      ReplicaFailure fault{percent, Target(), 0};
      fault.seconds = Interval();
      return fault;
    }
    if (!Word("DISK")) {
      Fail("READ REPLICA FAILURE, DISK FAILURE or DISK CONGESTION");
      return {};
    }
    if (Word("FAILURE")) {
      DiskFailure fault{percent, Place(), 0};
      fault.seconds = Interval();
      return fault;
    }
    Expect("CONGESTION");
    DiskCongestion fault;
    fault.percent = percent;
    Expect("BETWEEN");
    fault.min_ms = Number("milliseconds", 0, kCongestionMsMax);
    Expect("AND");
    fault.max_ms = Number("milliseconds", fault.min_ms, kCongestionMsMax);
    Expect("MILLISECONDS");
    fault.place = Place();
    fault.seconds = Interval();
    return fault;
  }

  double Percent() {
    double percent = 0;
    const bool negative = SymbolAt(tokens_, at_, "-");
    if (negative) ++at_;
    if (!Literal(percent)) {
      Fail("a percentage");
    } else if (negative || !(percent >= 0 && percent <= 100)) {
      OutOfRange("the percentage", "0", "100");
    }
    return percent;
  }

  int64_t Number(std::string_view what, int64_t min, int64_t max) {
    int64_t number = 0;
    const bool negative = SymbolAt(tokens_, at_, "-");
    if (negative) ++at_;
    const bool digits = at_ < tokens_.size() && tokens_[at_].kind == TokenKind::kWord &&
                        tokens_[at_].text.find_first_not_of("0123456789") == std::string_view::npos;
    if (!digits) {
      Fail("a whole number");
      return min;
    }
    const std::string_view text = tokens_[at_++].text;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (negative || error != std::errc() || number < min || number > max) {
      OutOfRange(what, std::to_string(min), std::to_string(max));
      return min;
    }
    return number;
  }

  // A decimal number may be several tokens: 12.5, .5, 1.5e+1.
  bool Literal(double& value) {
    if (refusal_ || at_ >= tokens_.size()) return false;
    const size_t begin = tokens_[at_].begin;
    const bool number = sql_[begin] == '.' || (sql_[begin] >= '0' && sql_[begin] <= '9');
    if (!number) return false;
    const char* const last = sql_.data() + tokens_.back().end;
    const auto [stop, error] = std::from_chars(sql_.data() + begin, last, value);
    if (error == std::errc::invalid_argument) return false;
    if (error == std::errc::result_out_of_range) value = 2 * 100;  // says so later
    const auto end = static_cast<size_t>(stop - sql_.data());
    while (at_ < tokens_.size() && tokens_[at_].end <= end) ++at_;
    return at_ >= tokens_.size() || tokens_[at_].begin >= end;  // else it ends within a word
  }

  std::string Target() {
    if (!Word("TO") || Word("ALL")) return {};
    const bool quoted =
        !refusal_ && at_ < tokens_.size() && !tokens_[at_].text.empty() &&
        (tokens_[at_].kind == TokenKind::kString || tokens_[at_].kind == TokenKind::kQuoted);
    if (!quoted) {
      Fail("ALL or the name of a node in quotes");
      return {};
    }
    return Unquote(tokens_[at_++], backslash_escapes_);
  }

  FaultPlace Place() {
    const bool in = Word("IN");
    FaultPlace place;
    if (Word("DISK")) {
      place.kind = FaultPlace::Kind::kDisk;
    } else if (Word("NODE")) {
      place.kind = FaultPlace::Kind::kNode;
    } else {
      if (in) Fail("DISK or NODE");
      return place;
    }
    place.index = static_cast<uint64_t>(Number("the index", 0, INT64_MAX));
    return place;
  }

  int64_t Interval() {
    Expect("FOR");
    Expect("INTERVAL");
    const size_t number_at = at_;
    const int64_t number = Number("the interval", 1, kFaultSecondsMax);
    for (const Unit& unit : kUnits) {
      if (!Word(unit.word)) continue;
      if (number <= kFaultSecondsMax / unit.seconds) return number * unit.seconds;
      at_ = number_at + 1;
      OutOfRange("the interval", "1",
                 fmt::format("{} {}", kFaultSecondsMax / unit.seconds, unit.word));
      return 0;
    }
    Fail("YEAR, QUARTER, MONTH, WEEK, DAY, HOUR, MINUTE or SECOND");
    return 0;
  }

  bool Word(std::string_view upper) {
    if (refusal_ || !WordAt(tokens_, at_, upper)) return false;
    ++at_;
    return true;
  }

  void Expect(std::string_view upper) {
    if (!Word(upper)) Fail(upper);
  }

  void Fail(std::string_view wanted) {
    if (refusal_) return;
    std::string near = "the end";
    if (at_ < tokens_.size()) {
      const size_t begin = tokens_[at_].begin;
      const size_t bytes = std::min(tokens_.back().end - begin, kQuotedBytesMax);
      near = fmt::format("'{}'", sql_.substr(begin, bytes));
    }
    refusal_ = Refusal{
        kErrorSyntax, fmt::format("syntax error in ALTER SYSTEM: {} expected at {}", wanted, near)};
  }

  void OutOfRange(std::string_view what, std::string_view min, std::string_view max) {
    if (refusal_) return;
    refusal_ = Refusal{kErrorOutOfRange, fmt::format("{} must be from {} to {}", what, min, max)};
  }

  const std::string_view sql_;
  const Span tokens_;
  const bool backslash_escapes_;
  size_t at_;
  std::optional<Refusal> refusal_;
};

}  // namespace

std::optional<std::variant<FaultCommand, Refusal>> ParseFault(std::string_view sql,
                                                              std::span<const Token> tokens,
                                                              bool backslash_escapes) {
  if (WordAt(tokens, 0, "ALTER") && WordAt(tokens, 1, "SYSTEM")) {
    return Parser(sql, tokens, backslash_escapes, 2).Parse();
  }
  const bool status = tokens.size() == 3 && WordAt(tokens, 0, "SHOW") &&
                      WordAt(tokens, 1, "VOLUME") && WordAt(tokens, 2, "STATUS");
  if (status) return FaultCommand(VolumeStatus{});
  return std::nullopt;
}

}  // namespace borealis::plugin

// Every cell of the table in trx_states.cc, written down a second time as a matrix.
#include "provider/trx_states.h"

#include <gtest/gtest.h>

#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace borealis::provider {
namespace {

// Short names, in the order of the enums.
const std::vector<std::string> kStates = {"ex", "re", "ra", "ce", "fa", "mr", "rp", "co", "or", "F",
                                          "Fa", "Fc", "Fl", "FC", "Fd", "Fo", "FO", "ma", "go"};
const std::vector<std::string> kEvents = {"rep",  "frag", "none", "pass", "rej",  "ent", "lea",
                                          "play", "give", "abE",  "abL",  "roll", "rel"};

// Next state; "-" cannot happen; "!" refused; ">" its turn is skipped, "$" it is finished, "<" it
// leaves and is finished.
const char kMatrix[] = R"(
        rep  frag none pass rej  ent  lea  play give abE  abL  roll rel
    ex  re   F    -    -    -    -    -    -    -    ma   ma   ma   go
    re  -    -    ma   ce   fa   -    -    -    -    ra   ra   -    -
    ra  -    -    ma   mr   fa   -    -    -    -    ra   ra   -    -
    ce  -    -    -    -    -    co   -    rp   ce   mr   ce!  -    -
    fa  -    -    -    -    -    co   -    -    -    fa!  fa!  fa   -
    mr  -    -    -    -    -    mr!  -    rp   -    mr!  mr!  -    -
    rp  -    -    -    -    -    co   -    -    -    rp!  rp!  -    -
    co  -    -    -    -    -    -    or   -    ce   co!  co!  -    -
    or  -    -    -    -    -    -    -    -    -    or!  or!  -    go$
    F   -    -    ma   Fc   ma   -    -    -    -    Fa   Fa   -    -
    Fa  -    -    ma   ma!> ma   -    -    -    -    Fa   Fa   -    -
    Fc  -    -    -    -    -    FC   -    -    -    Fl   Fl   ma>  -
    Fl  -    -    -    -    -    ma!> -    -    -    Fl   Fl   ma>  -
    FC  -    -    -    -    -    -    Fo   -    -    Fd   Fd   ma<  -
    Fd  -    -    -    -    -    -    FO   -    -    Fd   Fd   ma<  -
    Fo  -    -    -    -    -    -    -    -    -    FO   FO   ma$  ex$
    FO  -    -    -    -    -    -    -    -    -    FO   FO   ma$  ma$
    ma  ma!  ma!  -    -    -    -    -    -    -    ma   ma   ma   go
    go  -    -    -    -    -    -    -    -    -    go   go   -    -
)";

std::string CellOf(const TrxStep& step) {
  if (step.answer == TrxAnswer::kNever) return "-";
  std::string cell = kStates[static_cast<size_t>(step.next)];
  if (step.answer == TrxAnswer::kNo) cell += "!";
  if (step.effect == TrxEffect::kSkip) cell += ">";
  if (step.effect == TrxEffect::kFinish) cell += "$";
  if (step.effect == TrxEffect::kLeaveAndFinish) cell += "<";
  return cell;
}

TEST(TrxStatesTest, EveryCellIsWhatTheMatrixSays) {
  std::istringstream in(kMatrix);
  std::string word;
  for (const std::string& event : kEvents) {
    in >> word;
    ASSERT_EQ(word, event);
  }
  for (int state = 0; state < kTrxStates; ++state) {
    in >> word;
    ASSERT_EQ(word, kStates[static_cast<size_t>(state)]);
    for (int event = 0; event < kTrxEvents; ++event) {
      in >> word;
      const TrxStep step = StepOf(static_cast<TrxState>(state), static_cast<TrxEvent>(event));
      EXPECT_EQ(CellOf(step), word) << TrxStateName(static_cast<TrxState>(state)) << " x "
                                    << TrxEventName(static_cast<TrxEvent>(event));
    }
  }
  EXPECT_FALSE(in >> word) << "more rows than states";
}

// What must hold of any such table, however its cells are filled in.
TEST(TrxStatesTest, AnAbortIsNeverLostAndAPlaceInTheOrderNeverStuck) {
  for (int s = 0; s < kTrxStates; ++s) {
    const auto state = static_cast<TrxState>(s);
    for (const TrxEvent abort : {TrxEvent::kAbortByEarlier, TrxEvent::kAbortByLater}) {
      const TrxStep step = StepOf(state, abort);
      ASSERT_NE(step.answer, TrxAnswer::kNever) << "an abort can come at any time";
      // Accepted and then forgotten: the victim would go on and keep its locks.
      if (step.answer == TrxAnswer::kYes && state != TrxState::kGone) {
        EXPECT_NE(step.next, TrxState::kExecuting);
        EXPECT_NE(step.next, TrxState::kCertified);
      }
      EXPECT_EQ(step.effect, TrxEffect::kNone) << "the client's thread settles its place";
    }
  }
  const std::map<TrxState, TrxEffect> holds_place = {
      {TrxState::kFragmentCertified, TrxEffect::kSkip},
      {TrxState::kFragmentLost, TrxEffect::kSkip},
      {TrxState::kFragmentCommitting, TrxEffect::kLeaveAndFinish},
      {TrxState::kFragmentCommittingDoomed, TrxEffect::kLeaveAndFinish},
      {TrxState::kFragmentOrdered, TrxEffect::kFinish},
      {TrxState::kFragmentOrderedDoomed, TrxEffect::kFinish},
  };
  for (const auto& [state, effect] : holds_place) {
    EXPECT_EQ(StepOf(state, TrxEvent::kRollback).effect, effect) << TrxStateName(state);
  }
}

}  // namespace
}  // namespace borealis::provider

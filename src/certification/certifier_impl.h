// Certifier's state. Only certifier.cc and certifier_state.cc include this.
#pragma once

#include "certification/certifier.h"
#include "certification/key_index.h"
#include "certification/membership.h"

namespace borealis::certification {

struct Certifier::Impl {
  explicit Impl(uint32_t window_of_volume)
      : window(window_of_volume), index(window_of_volume), members(window_of_volume) {}
  Impl(uint32_t window_of_volume, Membership loaded_members, KeyIndex loaded_index)
      : window(window_of_volume),
        index(std::move(loaded_index)),
        members(std::move(loaded_members)) {}

  Outcome Judge(Seqno at, const Record& record);
  Outcome JudgeView(Seqno at, const Record& record);
  Outcome JudgeKeys(Seqno at, const Record& record, uint32_t source);
  Outcome JudgeIsolated(Seqno at, const Record& record, uint32_t source);
  // The outcome of a record that passes and runs alone.
  Outcome PassAlone(Seqno at);
  void EnterKeys(const Record& record, uint32_t source);
  Outcome Failure(Seqno at, Verdict verdict) const;
  // The least that depends_on of `at` may be.
  Seqno LeastDependency(Seqno at) const;
  void ExtendDigest(Seqno at, const Record& record, const Outcome& outcome);

  uint32_t window;
  Seqno seqno = Seqno::Zero();
  Seqno barrier = Seqno::Zero();
  Seqno isolated = Seqno::Zero();  // the last isolated statement that passed
  uint64_t digest = 0;
  KeyIndex index;
  Membership members;
};

}  // namespace borealis::certification

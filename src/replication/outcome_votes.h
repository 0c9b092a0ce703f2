// OutcomeVotes: what isolated statements did on each member, and who is right where they differ.
//
// A statement that runs in isolation (DDL) runs on every member. Its origin writes what came of it
// to the log; so does every other member that was one when it was delivered. What more than half of
// the electorate saw is right; when all have voted and no outcome has that many, the one with most
// votes, of several success before the origin's before the first in order. A member that saw
// something else has other data than the log and must not go on.
//
// The electorate are the members when the statement was delivered, less those that left since; when
// all have left, what they said before decides, for whoever runs the statement later. The first
// decision stays. All of it follows from the order of the log, so every member decides alike.
//
// Pure and thread-compatible.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "model/ids.h"
#include "model/view.h"

namespace borealis::replication {

// The outcome of a statement: empty for success, else what identifies the error (its codes), equal
// wherever it is the same.
using OutcomeText = std::string;

class OutcomeVotes {
 public:
  static constexpr size_t kBallotsMax = 4096;  // of the newest statements that are finished here

  // --- In the order of the log ----------------------------------------------------------------
  // `finished`: what this member has run up to; votes on what is read ahead of that are kept.
  void Open(Seqno seqno, const NodeId& origin, const std::vector<Member>& members, Seqno finished);
  // A member's vote; only its first counts. Nothing for a statement that is not known.
  void Cast(Seqno seqno, const NodeId& voter, const OutcomeText& outcome);
  // Members that are gone vote no more. Returns the statements decided by it.
  std::vector<Seqno> Depart(const std::vector<Member>& remaining);

  // --- At any time ----------------------------------------------------------------------------
  std::optional<OutcomeText> Decision(Seqno seqno) const;
  // The origin's word, if it has been heard.
  std::optional<OutcomeText> OriginsVote(Seqno seqno) const;
  // Whether nothing more is expected about any statement up to `upto`: it is decided, or nobody saw
  // it fail and its origin has voted or is gone.
  bool Settled(Seqno upto) const;
  // Somebody saw it fail: whoever ran it shall vote.
  bool Contested(Seqno seqno) const;
  // Who has not voted of those whose vote is due.
  std::set<NodeId> Awaited(Seqno seqno) const;

 private:
  struct Ballot {
    NodeId origin;
    std::vector<NodeId> electorate;
    std::map<NodeId, OutcomeText> votes;
    std::optional<OutcomeText> decision;
    void Decide();
  };
  const Ballot* Find(Seqno seqno) const;

  std::map<Seqno, Ballot> ballots_;
};

}  // namespace borealis::replication

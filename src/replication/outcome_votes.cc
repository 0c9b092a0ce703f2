#include "replication/outcome_votes.h"

#include <algorithm>

namespace borealis::replication {

void OutcomeVotes::Open(Seqno seqno, const NodeId& origin, const std::vector<Member>& members,
                        Seqno finished) {
  Ballot& ballot = ballots_[seqno];
  ballot.origin = origin;
  for (const Member& member : members) ballot.electorate.push_back(member.id);
  while (ballots_.size() > kBallotsMax && ballots_.begin()->first <= finished) {
    ballots_.erase(ballots_.begin());
  }
}

void OutcomeVotes::Cast(Seqno seqno, const NodeId& voter, const OutcomeText& outcome) {
  const auto found = ballots_.find(seqno);
  if (found == ballots_.end()) return;
  Ballot& ballot = found->second;
  if (std::ranges::find(ballot.electorate, voter) == ballot.electorate.end()) return;
  if (ballot.votes.emplace(voter, outcome).second) ballot.Decide();
}

std::vector<Seqno> OutcomeVotes::Depart(const std::vector<Member>& remaining) {
  std::vector<Seqno> decided;
  for (auto& [seqno, ballot] : ballots_) {
    std::erase_if(ballot.electorate, [&](const NodeId& id) {
      return std::ranges::none_of(remaining, [&](const Member& m) { return m.id == id; });
    });
    if (ballot.decision.has_value()) continue;
    ballot.Decide();
    if (ballot.decision.has_value()) decided.push_back(seqno);
  }
  return decided;
}

// The votes of those who left after voting count no more than they do, unless nobody is left.
void OutcomeVotes::Ballot::Decide() {
  if (decision.has_value()) return;
  std::map<OutcomeText, size_t> counts;
  size_t votes_num = 0;
  for (const auto& [voter, outcome] : votes) {
    const bool left = std::ranges::find(electorate, voter) == electorate.end();
    if (left && !electorate.empty()) continue;
    ++counts[outcome];
    ++votes_num;
  }
  if (counts.empty()) return;
  size_t most = 0;
  for (const auto& [outcome, count] : counts) most = std::max(most, count);
  if (2 * most <= electorate.size() && votes_num < electorate.size()) return;
  const auto leads = [&](const OutcomeText& outcome) {
    const auto found = counts.find(outcome);
    return found != counts.end() && found->second == most;
  };
  const auto origins = votes.find(origin);
  if (leads({})) {
    decision = OutcomeText();
  } else if (origins != votes.end() && leads(origins->second)) {
    decision = origins->second;
  } else {
    for (const auto& [outcome, count] : counts) {
      if (count == most && !decision.has_value()) decision = outcome;
    }
  }
}

const OutcomeVotes::Ballot* OutcomeVotes::Find(Seqno seqno) const {
  const auto found = ballots_.find(seqno);
  return found == ballots_.end() ? nullptr : &found->second;
}

std::optional<OutcomeText> OutcomeVotes::Decision(Seqno seqno) const {
  const Ballot* ballot = Find(seqno);
  return ballot == nullptr ? std::nullopt : ballot->decision;
}

std::optional<OutcomeText> OutcomeVotes::OriginsVote(Seqno seqno) const {
  const Ballot* ballot = Find(seqno);
  if (ballot == nullptr) return std::nullopt;
  const auto vote = ballot->votes.find(ballot->origin);
  return vote == ballot->votes.end() ? std::nullopt : std::optional(vote->second);
}

bool OutcomeVotes::Settled(Seqno upto) const {
  return std::ranges::all_of(ballots_, [&](const auto& entry) {
    const auto& [seqno, ballot] = entry;
    if (seqno > upto || ballot.decision.has_value()) return true;
    const bool origin_waits =
        std::ranges::find(ballot.electorate, ballot.origin) != ballot.electorate.end() &&
        !ballot.votes.contains(ballot.origin);
    return !origin_waits && !Contested(seqno);
  });
}

std::set<NodeId> OutcomeVotes::Awaited(Seqno seqno) const {
  const Ballot* ballot = Find(seqno);
  if (ballot == nullptr) return {};
  std::set<NodeId> awaited(ballot->electorate.begin(), ballot->electorate.end());
  for (const auto& [voter, outcome] : ballot->votes) awaited.erase(voter);
  return awaited;
}

bool OutcomeVotes::Contested(Seqno seqno) const {
  const Ballot* ballot = Find(seqno);
  return ballot != nullptr &&
         std::ranges::any_of(ballot->votes, [](const auto& vote) { return !vote.second.empty(); });
}

}  // namespace borealis::replication

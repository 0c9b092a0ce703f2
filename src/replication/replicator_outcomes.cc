// Replicator: outcomes of isolated statements (outcome_votes.h): this node's own, its votes, and
// what follows when the log says otherwise.
#include <algorithm>

#include "base/log.h"
#include "replication/replicator.h"

namespace borealis::replication {
namespace {

std::string Named(const OutcomeText& outcome) {
  return outcome.empty() ? "success" : fmt::format("error {}", outcome);
}

Status Differs(Seqno seqno, const OutcomeText& log, const OutcomeText& own) {
  return {Code::kInternal, fmt::format("the statement at seqno {} ended with {} here and with {} "
                                       "for the cluster",
                                       seqno, Named(own), Named(log))};
}

Record OutcomeRecord(Seqno seqno, const OutcomeText& outcome) {
  Record record;
  record.type = RecordType::kIsolatedOutcome;
  record.backing = std::make_shared<Bytes>(EncodeIsolatedOutcome({seqno, outcome}));
  record.payload = *record.backing;
  return record;
}

}  // namespace

void Replicator::OpenBallot(Seqno seqno, const NodeId& origin) {
  MutexLock lock(outcome_mutex_);
  votes_.Open(seqno, origin, core_->certifier().view().members, pipeline_->finished());
}

void Replicator::NoteOutcome(const Record& record) {
  auto outcome = DecodeIsolatedOutcome(record.payload);
  if (!outcome.ok()) {
    LogWarning("ignoring an outcome record of {}: {}", record.source, outcome.status().ToString());
    return;
  }
  {
    MutexLock lock(outcome_mutex_);
    votes_.Cast(outcome->seqno, record.source, outcome->error);
    tardy_.erase(record.source);
  }
  AfterVote(outcome->seqno);
}

void Replicator::NoteDepartures(const std::vector<Member>& remaining) {
  std::vector<Seqno> decided;
  {
    MutexLock lock(outcome_mutex_);
    decided = votes_.Depart(remaining);
    std::erase_if(tardy_, [&](const NodeId& id) {
      return std::ranges::none_of(remaining, [&](const Member& m) { return m.id == id; });
    });
  }
  for (const Seqno seqno : decided) AfterVote(seqno);
}

// What the log says of a statement has changed: this node votes if it has to and has not, and knows
// whether it was right.
void Replicator::AfterVote(Seqno seqno) {
  Status conflict;
  OutcomeText outcome;
  std::optional<OutcomeText> vote;
  {
    MutexLock lock(outcome_mutex_);
    outcome_known_.NotifyAll();
    const auto own = own_outcomes_.find(seqno);
    if (own == own_outcomes_.end()) return;
    outcome = own->second.outcome;
    if (votes_.Contested(seqno) && !own->second.voted) {
      own->second.voted = true;
      vote = outcome;
    }
    const auto decision = votes_.Decision(seqno);
    if (decision.has_value() && *decision != outcome) {
      conflict = Differs(seqno, *decision, outcome);
    }
  }
  if (vote.has_value()) AppendSoon(OutcomeRecord(seqno, *vote));
  if (!conflict.ok()) events_.Diverged(seqno, outcome, conflict);
}

// Not left to the ticker, which may be busy for milliseconds: the others wait for this.
void Replicator::RecordOutcome(Seqno seqno, const OutcomeText& outcome) {
  KeepOwn(seqno, outcome, /*voted=*/true);
  Record record = OutcomeRecord(seqno, outcome);
  if (!Replicate(record, /*wants_verdict=*/false).status.ok()) AppendSoon(std::move(record));
}

void Replicator::FinishIsolated(Seqno seqno, const OutcomeText& outcome) {
  {
    MutexLock lock(outcome_mutex_);
    ++finishing_;  // Close() waits for it
  }
  RecordOutcome(seqno, outcome);
  Finish(seqno);
  AwaitOthers(seqno);
  MutexLock lock(outcome_mutex_);
  if (--finishing_ == 0) outcome_known_.NotifyAll();
}

void Replicator::AwaitOthers(Seqno seqno) {
  const int64_t deadline_ns = clock_.MonotonicNs() + kOthersMs * 1'000'000;
  while (true) {
    Position from;
    {
      MutexLock lock(read_mutex_);
      if (closed_ || paused_) return;
      from = reader_->position();
    }
    const int64_t left_ns = deadline_ns - clock_.MonotonicNs();
    {
      MutexLock lock(outcome_mutex_);
      std::set<NodeId> awaited = votes_.Awaited(seqno);
      if (std::ranges::includes(tardy_, awaited)) return;
      if (left_ns <= 0) {
        tardy_.merge(awaited);
        return;
      }
    }
    const Status more = log_.WaitPast(from, left_ns);
    if (more.code() == Code::kTimeout) continue;
    if (!more.ok() || !ReadOn().ok()) return;
  }
}

bool Replicator::KeepOwn(Seqno seqno, const OutcomeText& outcome, bool voted) {
  MutexLock lock(outcome_mutex_);
  voted = voted || votes_.Contested(seqno) || votes_.Awaited(seqno).contains(self_);
  own_outcomes_[seqno] = {outcome, voted};
  while (own_outcomes_.size() > OutcomeVotes::kBallotsMax) {
    own_outcomes_.erase(own_outcomes_.begin());
  }
  return voted;
}

Status Replicator::JudgeOutcome(Seqno seqno, const OutcomeText& own) {
  if (KeepOwn(seqno, own, /*voted=*/!own.empty())) AppendSoon(OutcomeRecord(seqno, own));
  while (true) {
    {
      MutexLock lock(outcome_mutex_);
      const auto decision = votes_.Decision(seqno);
      if (decision.has_value() && *decision != own) return Differs(seqno, *decision, own);
      // A success, and a failure that the origin saw, too, hold nothing up: should the others see
      // it differently, AfterVote says so.
      if (decision.has_value() || own.empty() || votes_.OriginsVote(seqno) == own) {
        return Status::Ok();
      }
    }
    RETURN_IF_ERROR(ReadLog(Reach::kEnd));  // the votes may be beyond the read-ahead
    {
      MutexLock lock(read_mutex_);
      if (closed_) {
        return {Code::kAborted, "who is right about a statement is not known at shutdown"};
      }
    }
    MutexLock lock(outcome_mutex_);
    if (!votes_.Decision(seqno).has_value() && votes_.OriginsVote(seqno) != own) {
      outcome_waiters_.fetch_add(1);
      outcome_known_.WaitFor(outcome_mutex_, config_.tick_ms * 1'000'000);
      outcome_waiters_.fetch_sub(1);
    }
  }
}

std::optional<OutcomeText> Replicator::AwaitOutcome(Seqno seqno, const NodeId& origin,
                                                    int64_t timeout_ns) {
  const int64_t deadline_ns = clock_.MonotonicNs() + timeout_ns;
  while (true) {
    Position from;
    {
      MutexLock lock(read_mutex_);
      if (closed_) return std::nullopt;
      from = reader_->position();
    }
    const int64_t left_ns = deadline_ns - clock_.MonotonicNs();
    {
      MutexLock lock(outcome_mutex_);
      if (auto known = votes_.OriginsVote(seqno)) return known;
      if (IsReplica() && left_ns > 0) {  // its own thread reads
        outcome_waiters_.fetch_add(1);
        outcome_known_.WaitFor(outcome_mutex_, left_ns);
        outcome_waiters_.fetch_sub(1);
        continue;
      }
    }
    // The outcome may be beyond the read-ahead, but not far: there is no time to read much.
    const bool far = pipeline_->backlog() >= config_.read_ahead_items_max + kTickEntriesMax;
    if (left_ns <= 0 || far || view().Find(origin) == nullptr) return std::nullopt;
    if (!log_.WaitPast(from, left_ns).ok()) return std::nullopt;
    if (!ReadOn().ok()) return std::nullopt;
  }
}

void Replicator::AppendSoon(Record record) {
  if (IsReplica()) return;  // it has no vote
  MutexLock lock(tick_mutex_);
  pending_.push_back(std::move(record));
  tick_now_ = true;
  tick_wake_.NotifyAll();
}

}  // namespace borealis::replication

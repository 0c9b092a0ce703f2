// Replicator: a replica, which is no member: it joins nothing, appends nothing and votes on
// nothing. It reads the log and applies it up to one seqno, and no record more, so that its data
// directory can become a snapshot.
//
// It reads on past that seqno without applying, for one reason: whether its isolated statements
// ended as the cluster's did may be decided later in the log. It stands when
//   everything up to the seqno is finished here,
//   every statement's ballot is settled (OutcomeVotes::Settled), with the log read to its end,
//   and every member has passed the last statement: none can still contest it. Where nobody was
//   attached when it opened the log, all members in it are gone, as the next to start will write.
// Then it keeps a checkpoint of exactly that seqno, which tells whoever waits for it.
//
// Memory: it reads no further than kReplicaItemsMax records ahead of its appliers; when one of them
// waits for an outcome, which lies ahead, kReplicaItemsWaitingMax.
#include <algorithm>

#include "base/log.h"
#include "log/member_position.h"
#include "replication/replicator.h"

namespace borealis::replication {

using certification::Verdict;

namespace {

constexpr size_t kReplicaItemsMax = 4096;
constexpr size_t kReplicaItemsWaitingMax = 256u << 10;
constexpr int64_t kReplicaWaitNs = 100'000'000;

}  // namespace

Status Replicator::StartReplica() {
  if (config_.start > *config_.replica_until) {
    return {Code::kInvalidArgument,
            fmt::format("this replica's data is at seqno {} and was to stop at {}", config_.start,
                        *config_.replica_until)};
  }
  submit_->Close({Code::kAborted, "a replica takes no transactions"});
  // What the server is told it belongs to: itself beside the members.
  join_view_ = start_view_;
  slot_ = Slot{1};
  join_view_.members.push_back({self_, slot_, config_.name, config_.endpoint, config_.start});
  pipeline_->HoldTail(true);  // appliers only apply
  {
    MutexLock lock(read_mutex_);
    if (config_.start == *config_.replica_until) KeepStopState();
  }
  LogInfo("a replica from seqno {} to {}", config_.start, *config_.replica_until);
  ticker_ = std::thread([this] { FeedReplica(); });
  return Status::Ok();
}

void Replicator::FeedReplica() {
  bool stands = false;
  while (true) {
    {
      MutexLock lock(tick_mutex_);
      if (stopping_) return;
    }
    const Result<bool> at_end = ReadAhead();
    AfterRead(at_end.status());
    if (!at_end.ok()) LogError("reading the log failed: {}", at_end.status().ToString());
    const bool idle = at_end.ok() && *at_end;
    if (idle && !stands) stands = StandIfSettled();
    AwaitReplicaWork(idle);
  }
}

// True: at the durable end of the log.
Result<bool> Replicator::ReadAhead() {
  MutexLock lock(read_mutex_);
  for (size_t count = 0; count < kTickEntriesMax && !closed_; ++count) {
    if (pipeline_->backlog() >=
        (outcome_waiters_.load() > 0 ? kReplicaItemsWaitingMax : kReplicaItemsMax)) {
      return false;
    }
    ASSIGN_OR_RETURN(const LogEntry* entry, reader_->Next());
    if (entry == nullptr) return true;
    RETURN_IF_ERROR(DeliverToReplica(*entry));
  }
  return false;
}

void Replicator::AwaitReplicaWork(bool idle) {
  if (!idle) {
    const Pipeline::Snapshot now = pipeline_->Read();
    if (now.queued_items < kReplicaItemsMax) return;
    // Half of what waits must be done before it is worth reading again.
    const Seqno enough{now.finished.value + static_cast<int64_t>(kReplicaItemsMax / 2)};
    pipeline_->WaitFinished(enough, clock_.MonotonicNs() + kReplicaWaitNs, clock_);
    return;
  }
  Position from;
  {
    MutexLock lock(read_mutex_);
    from = reader_->position();
  }
  (void)log_.WaitPast(from, kReplicaWaitNs);
}

Status Replicator::DeliverToReplica(const LogEntry& entry) {
  ASSIGN_OR_RETURN(Decision decision, core_->Deliver(entry));
  const Record& record = entry.record;
  if (decision.action == Action::kOutcome) NoteOutcome(record);
  if (!IsOrdered(record.type)) return Status::Ok();
  if (entry.seqno <= *config_.replica_until) {
    if (record.type == RecordType::kIsolated && decision.outcome.verdict == Verdict::kCommit &&
        decision.action != Action::kDummy) {
      OpenBallot(entry.seqno, record.source);
      last_isolated_ = entry.seqno;
    }
    // The server has no part in what is skipped, and keeps the seqno of what it had a part in.
    if (decision.action == Action::kSkip && entry.seqno == *config_.replica_until) {
      decision.action = Action::kDummy;
    }
    if (decision.action == Action::kSkip) {
      pipeline_->DeliverSkip(entry.seqno);
    } else {
      DeliverItem(entry, decision);
    }
    if (entry.seqno == *config_.replica_until) KeepStopState();
  }
  if (decision.action == Action::kView) NoteDepartures(core_->certifier().view().members);
  return Status::Ok();
}

void Replicator::KeepStopState() {
  stop_state_.emplace(core_->certifier().Copy());
  stop_next_ = reader_->position();
}

// REQUIRES: the log was read to its end since.
bool Replicator::StandIfSettled() {
  const Seqno until = *config_.replica_until;
  if (log_.recovered()) NoteDepartures({});
  if (pipeline_->finished() < until) return false;
  snapshot::Checkpoint checkpoint;
  {
    MutexLock lock(read_mutex_);
    if (!stop_state_.has_value()) return false;
    {
      MutexLock outcomes(outcome_mutex_);
      if (!votes_.Settled(until)) return false;
    }
    if (!log_.recovered() && !MembersPassed(last_isolated_)) return false;
    checkpoint.volume = log_.identity().volume;
    checkpoint.seqno = until;
    checkpoint.position = stop_next_;
    checkpoint.certifier = stop_state_->Save();
  }
  const Status status = config_.checkpoints->Put(checkpoint);
  if (!status.ok()) {
    LogError("the state of the replica can't be kept: {}", status.ToString());
    return false;
  }
  LogInfo("the replica stands at seqno {}", until);
  return true;
}

// Whether no member is still before the statement at `seqno`, and might see another outcome.
bool Replicator::MembersPassed(Seqno seqno) {
  if (seqno == Seqno::Zero()) return true;
  const auto hints = backend_.ListHints(log::kPositionPrefix);
  if (!hints.ok()) return false;
  const std::vector<Member>& members = core_->certifier().view().members;
  return std::ranges::all_of(members, [&](const Member& member) {
    return std::ranges::any_of(*hints, [&](const storage::Hint& hint) {
      if (hint.name != log::kPositionPrefix + member.id.uuid.ToString()) return false;
      const auto position = log::DecodeMemberPosition(hint.value);
      return position.ok() && position->finished >= seqno;
    });
  });
}

void Replicator::CloseReplica() {
  {
    MutexLock lock(read_mutex_);
    if (closing_) return;
    closing_ = closed_ = true;
  }
  StopTicker();
  pipeline_->Close();
  log_.Interrupt();
  if (checkpointer_ != nullptr) checkpointer_->Finish();
}

}  // namespace borealis::replication

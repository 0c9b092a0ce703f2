#include "replication/replicator.h"

#include <utility>

#include "base/log.h"

namespace borealis::replication {

using certification::Certifier;
using certification::Verdict;

Result<std::unique_ptr<Replicator>> Replicator::Start(storage::Backend& backend, log::Log& log,
                                                      const ReplicatorConfig& config,
                                                      ReplicationEvents& events,
                                                      const Clock& clock) {
  std::unique_ptr<Replicator> replicator(new Replicator(backend, log, config, events, clock));
  RETURN_IF_ERROR(replicator->Rebuild());
  if (replicator->IsReplica()) {
    RETURN_IF_ERROR(replicator->StartReplica());
    return replicator;
  }
  replicator->StartCheckpoints();
  RETURN_IF_ERROR(replicator->Join());
  return replicator;
}

Replicator::Replicator(storage::Backend& backend, log::Log& log, ReplicatorConfig config,
                       ReplicationEvents& events, const Clock& clock)
    : backend_(backend),
      log_(log),
      config_(std::move(config)),
      events_(events),
      clock_(clock),
      self_(NodeId{Uuid::Random()}),
      core_(std::make_unique<Core>(self_, Certifier(log.identity().certification_window))),
      pace_(config_.checkpoint_bytes, config_.tick_ms),
      gate_(config_.backlog_items_max / 4),
      leases_(std::make_unique<LeaseTable>(self_, config_.lease_ticks)),
      pipeline_(std::make_unique<Pipeline>(config_.start, config_.read_ahead_items_max)),
      submit_(std::make_unique<SubmitQueue>(
          log, clock,
          [this]() -> Status {
            ASSIGN_OR_RETURN(const bool read, ReadToEnd(Reach::kEnd));
            if (!read) return {Code::kUnavailable, "this node is paused"};
            return {};
          },
          figures_)) {}

Replicator::~Replicator() { StopTicker(); }

// Does not wait until the own join is read: there may be more before it than the read-ahead takes,
// and nobody applies anything yet.
Status Replicator::Join() {
  // A member is watched from its join on and shows that it lives when this is over. What it can
  // read of what it missed is read before: however long that takes, no lease runs.
  RETURN_IF_ERROR(ReadLog(Reach::kReadAhead).WithContext("reading the log up to now"));
  if (log_.recovered()) {
    ASSIGN_OR_RETURN(const log::Chain chain, log_.ReadChain());
    ViewChange restart;
    restart.kind = ViewChange::Kind::kRestart;
    restart.subject_joined = chain.entries.back().before;
    const Bytes payload = EncodeViewChange(restart);
    Record record;
    record.type = RecordType::kView;
    record.payload = payload;
    const SubmitResult result = Replicate(record, /*wants_verdict=*/false);
    RETURN_IF_ERROR(result.status.WithContext("full restart"));
  }
  ViewChange join;
  join.kind = ViewChange::Kind::kJoin;
  join.joining = {self_, config_.slot, config_.name, config_.endpoint, Seqno::Undefined()};
  const Bytes payload = EncodeViewChange(join);
  Record record;
  record.type = RecordType::kView;
  record.payload = payload;
  join_view_ = start_view_;
  join_view_.members.push_back(join.joining);
  const SubmitResult result = Replicate(record, /*wants_verdict=*/false);
  RETURN_IF_ERROR(result.status.WithContext("joining the cluster"));
  RETURN_IF_ERROR(ReadLog(Reach::kReadAhead).WithContext("joining the cluster"));
  MutexLock lock(read_mutex_);
  RETURN_IF_ERROR(refused_);
  starting_ = false;
  if (!core_->is_member()) {
    LogInfo(
        "joining as {} (node '{}') when the log is read, so far up to seqno {}, data at seqno {}",
        self_, config_.name, core_->certifier().seqno(), config_.start);
  }
  ticker_ = std::thread([this] { TickLoop(); });
  return Status::Ok();
}

Status Replicator::NoteOwnChange(const LogEntry& entry, const Decision& decision) {
  ASSIGN_OR_RETURN(const ViewChange change, DecodeViewChange(entry.record.payload));
  if (change.kind != ViewChange::Kind::kJoin) return Status::Ok();
  if (decision.outcome.verdict != Verdict::kCommit) {
    refused_ = {starting_ ? Code::kInvalidArgument : Code::kFenced,
                fmt::format("the cluster refused node '{}' in slot {}: the slot belongs to another "
                            "live member, or all {} are taken",
                            config_.name, config_.slot.value, kSlotMax)};
    return starting_ ? Status::Ok() : refused_;
  }
  if (starting_) join_view_ = *decision.outcome.view;
  slot_ = core_->slot();
  LogInfo("joined at seqno {} as {} (node '{}', slot {}), data at seqno {}", entry.seqno, self_,
          config_.name, core_->slot().value, config_.start);
  ForgetFormerPositions();
  return Status::Ok();
}

SubmitResult Replicator::Replicate(Record& record, bool wants_verdict) {
  record.source = self_;
  SubmitResult result = submit_->Submit(record, wants_verdict);
  if (result.status.code() == Code::kUnknown) events_.Stop(result.status);
  const bool decides = record.type == RecordType::kWriteSet ||
                       (record.type == RecordType::kFragment && (record.flags & kFlagTrxEnd) != 0);
  if (result.status.ok() && decides) {
    const bool commit = result.outcome.verdict == Verdict::kCommit;
    (commit ? figures_.commits : figures_.cert_failures).fetch_add(1, std::memory_order_relaxed);
  }
  return result;
}

Pipeline::Turn Replicator::EnterOrder(Seqno seqno, const std::atomic<bool>* aborted) {
  const int64_t from_ns = clock_.MonotonicNs();
  const Pipeline::Turn turn = pipeline_->Enter(seqno, aborted);
  figures_.order.Add(clock_.MonotonicNs() - from_ns);
  return turn;
}

Pipeline::Turn Replicator::EnterOrderWithin(Seqno seqno, int64_t patience_ns) {
  const int64_t from_ns = clock_.MonotonicNs();
  const Pipeline::Turn turn = pipeline_->EnterWithin(seqno, patience_ns);
  figures_.order.Add(clock_.MonotonicNs() - from_ns);
  if (turn == Pipeline::Turn::kNotInTime) figures_.gave_way.fetch_add(1);
  return turn;
}

Result<Seqno> Replicator::CausalWait(int64_t timeout_ns) {
  const int64_t deadline_ns = clock_.MonotonicNs() + timeout_ns;
  ASSIGN_OR_RETURN(const Position tail, log_.DurableEnd());
  Seqno seqno;
  while (!seqno.IsDefined()) {
    ASSIGN_OR_RETURN(const bool read, ReadToEnd(Reach::kReadAhead));
    Seqno delivered;
    {
      MutexLock lock(read_mutex_);
      delivered = core_->certifier().seqno();
      // Another reader may have been past the tail already; a paused node waits, then reads.
      if (read || (held_ == nullptr && reader_->position() >= tail)) {
        seqno = delivered;
        continue;
      }
      while (paused_ && !closed_) {
        const int64_t left_ns = deadline_ns - clock_.MonotonicNs();
        if (left_ns <= 0) return Status(Code::kTimeout, "causal read: this node is paused");
        resumed_.WaitFor(read_mutex_, left_ns);
      }
      if (closed_) return Status(Code::kAborted, "causal read: this node is leaving the cluster");
    }
    if (unread_) RETURN_IF_ERROR(WaitFor(delivered, deadline_ns - clock_.MonotonicNs()));
  }
  RETURN_IF_ERROR(WaitFor(seqno, deadline_ns - clock_.MonotonicNs()));
  return seqno;
}

Status Replicator::WaitFor(Seqno seqno, int64_t timeout_ns) {
  if (pipeline_->WaitFinished(seqno, clock_.MonotonicNs() + timeout_ns, clock_)) {
    return Status::Ok();
  }
  return {Code::kTimeout, fmt::format("seqno {} is not applied yet", seqno)};
}

// Reading goes on until what was delivered is finished: an applier may be waiting for the locks of
// a local transaction, and that one for a verdict that is still to be read.
Seqno Replicator::Pause() {
  Seqno upto;
  {
    MutexLock lock(read_mutex_);
    CHECK(!paused_ && !pausing_, "paused twice");
    pausing_ = !closing_;
    upto = core_->certifier().seqno();
    if (pausing_) pipeline_->CloseAfter(upto);
  }
  pipeline_->WaitFinished(upto, 0, clock_);
  MutexLock lock(read_mutex_);
  paused_ = pausing_;
  if (paused_) pipeline_->HoldTail(true);
  return upto;
}

void Replicator::Resume() {
  {
    MutexLock lock(read_mutex_);
    CHECK(paused_ || closing_, "resumed without a pause");
    EndPause();
  }
  // Whoever submitted meanwhile waits for a verdict.
  const Status read = ReadLog(submit_->waiting() > 0 ? Reach::kEnd : Reach::kReadAhead);
  if (!read.ok()) LogError("reading the log after a pause failed: {}", read.ToString());
}

void Replicator::EndPause() {
  paused_ = false;
  pausing_ = false;
  pipeline_->Open();
  pipeline_->HoldTail(false);
  resumed_.NotifyAll();
}

Result<Bytes> Replicator::LoadPayload(const ApplyItem& item) {
  const Record& record = item.record;
  if ((record.flags & kFlagChunked) == 0 && record.backing != nullptr) {
    return Bytes(record.payload.begin(), record.payload.end());
  }
  ASSIGN_OR_RETURN(std::unique_ptr<log::Reader> reader,
                   log_.NewReader(item.position, item.seqno.Previous(), 0));
  if ((record.flags & kFlagChunked) != 0) return reader->LoadPayload(record);
  ASSIGN_OR_RETURN(const LogEntry* entry, reader->Next());
  if (entry == nullptr || entry->seqno != item.seqno) {
    return Status(Code::kCorruption,
                  fmt::format("seqno {} is not at {} any more", item.seqno, item.position));
  }
  return Bytes(entry->record.payload.begin(), entry->record.payload.end());
}

Replicator::IndexFigures Replicator::index() const { return {index_keys_, index_bytes_}; }

View Replicator::view() {
  MutexLock lock(view_mutex_);
  return view_;
}

// For those who must not wait for a long read of the log.
void Replicator::PublishState() {
  index_keys_ = core_->certifier().key_count();
  index_bytes_ = core_->certifier().MemoryBytes();
  MutexLock lock(view_mutex_);
  if (view_.seqno != core_->certifier().view().seqno) view_ = core_->certifier().view();
}

void Replicator::Close() {
  if (IsReplica()) {
    CloseReplica();
    return;
  }
  ViewChange leave;
  leave.kind = ViewChange::Kind::kLeave;
  leave.subject = self_;
  const Bytes payload = EncodeViewChange(leave);
  Record record;
  record.type = RecordType::kView;
  record.payload = payload;
  {
    MutexLock lock(read_mutex_);
    if (closing_) return;
    closing_ = true;
    leaving_ = true;
    EndPause();  // or those who wait for a verdict would wait for ever
    CheckpointForNextStart();
  }
  WakeRoom();
  const SubmitResult left = Replicate(record, /*wants_verdict=*/!unread_);
  if (!left.status.ok()) {
    LogWarning("could not log the departure ({}); the others will expel this node",
               left.status.ToString());
  }
  submit_->Close({Code::kAborted, "this server is leaving the cluster"});
  StopTicker();
  const Status gone = backend_.DeleteHint(kHeartbeatPrefix + self_.uuid.ToString());
  if (!gone.ok()) LogWarning("stale heartbeat stays: {}", gone.ToString());
  // The last ones who appended may still wait for their verdict. What nobody waits for is left to
  // the next start.
  const Status read = ReadLog(submit_->waiting() > 0 ? Reach::kEnd : Reach::kReadAhead);
  if (!read.ok()) submit_->Abandon(read);
  {
    MutexLock lock(read_mutex_);
    closed_ = true;
    resumed_.NotifyAll();
  }
  pipeline_->Close();
  log_.Interrupt();
  WakeRoom();
  if (checkpointer_ != nullptr) checkpointer_->Finish();
  MutexLock lock(outcome_mutex_);
  while (finishing_ > 0) outcome_known_.Wait(outcome_mutex_);
}

}  // namespace borealis::replication

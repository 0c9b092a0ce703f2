// Replicator: reads the log, has the core decide, and hands on what that says.
#include <utility>

#include "base/log.h"
#include "replication/replicator.h"

namespace borealis::replication {

using certification::Verdict;

namespace {

// What an applier needs: certification is done, and a backlog of keys would be most of its memory.
Record WithoutKeys(const Record& record) {
  Record out;
  out.type = record.type;
  out.flags = record.flags;
  out.source = record.source;
  out.request = record.request;
  out.last_seen = record.last_seen;
  out.stamp_us = record.stamp_us;
  out.trx = record.trx;
  out.connection = record.connection;
  out.chunks = record.chunks;
  out.payload_hash = record.payload_hash;
  out.payload = record.payload;
  out.backing = record.backing;
  return out;
}

}  // namespace

Status Replicator::ReadLog(Reach reach) { return ReadToEnd(reach).status(); }

Result<bool> Replicator::ReadToEnd(Reach reach) {
  if (IsReplica()) return true;  // its own thread reads
  Result<bool> read = false;
  {
    MutexLock lock(read_mutex_);
    read = ReadEntries(SIZE_MAX, reach);
  }
  AfterRead(read.status());
  return read;
}

Status Replicator::ReadSome() {
  if (!read_mutex_.TryLock()) return {};
  const Result<bool> read = ReadEntries(kTickEntriesMax, Reach::kReadAhead);
  read_mutex_.Unlock();
  AfterRead(read.status());
  return read.status();
}

Status Replicator::ReadOn() {
  Result<bool> read = false;
  {
    MutexLock lock(read_mutex_);
    read = ReadEntries(kTickEntriesMax, Reach::kEnd);
  }
  AfterRead(read.status());
  return read.status();
}

// A paused node stops before the first record that takes a seqno: what waits for a verdict waits
// for Resume(), which reads again. Others, of which its own ticker writes some, hold up nobody.
Result<bool> Replicator::ReadEntries(size_t entries_max, Reach reach) {
  if (closed_) return false;
  for (size_t count = 0; count < entries_max; ++count) {
    if (reach == Reach::kReadAhead && pipeline_->backlog() >= config_.read_ahead_items_max) {
      ASSIGN_OR_RETURN(unread_, LogGoesOn());
      break;
    }
    if (held_ == nullptr) {
      ASSIGN_OR_RETURN(held_, reader_->Next());
    }
    if (held_ == nullptr) {
      unread_ = false;
      break;
    }
    if (paused_ && IsOrdered(held_->record.type)) return false;
    RETURN_IF_ERROR(Deliver(*std::exchange(held_, nullptr)));
  }
  pace_.Read(reader_->position());
  PublishState();
  return !unread_;
}

Result<bool> Replicator::LogGoesOn() {
  if (held_ != nullptr) return true;
  ASSIGN_OR_RETURN(const Position end, log_.DurableEnd());
  return reader_->position() < end;
}

void Replicator::AfterRead(const Status& status) {
  if (room_waiters_.load() > 0) WakeRoom();  // nothing may be unread any more
  // Damage, expulsion, divergence: reading on is out of the question. Anything else is tried again.
  if (status.code() == Code::kCorruption || status.code() == Code::kFenced ||
      status.code() == Code::kInternal) {
    events_.Stop(status);
  }
}

Status Replicator::Deliver(const LogEntry& entry) {
  ASSIGN_OR_RETURN(Decision decision, core_->Deliver(entry));
  const Record& record = entry.record;
  if (decision.action == Action::kOutcome) NoteOutcome(record);
  if (!IsOrdered(record.type)) return Status::Ok();

  if (decision.action == Action::kDummy && config_.skipped.contains(entry.seqno)) {
    LogWarning("the record at seqno {} is not applied: an operator has decided to skip it",
               entry.seqno);
  }
  if (record.type == RecordType::kIsolated && decision.outcome.verdict == Verdict::kCommit &&
      decision.action != Action::kDummy) {
    OpenBallot(entry.seqno, record.source);
  }
  if (record.type == RecordType::kIsolated) NoteIsolated(entry, decision);
  switch (decision.action) {
    case Action::kOwn:
      pipeline_->DeliverOwn(entry.seqno);
      break;
    case Action::kApply:
    case Action::kDummy:
    case Action::kView:
      DeliverItem(entry, decision);
      break;
    default:
      pipeline_->DeliverSkip(entry.seqno);
      break;
  }
  if (decision.action == Action::kView) NoteDepartures(core_->certifier().view().members);
  if (decision.awaited) {
    submit_->Settle(record.request, entry.seqno, decision.outcome);
    if (record.type == RecordType::kView) RETURN_IF_ERROR(NoteOwnChange(entry, decision));
  }
  if (decision.digest.has_value()) {
    MutexLock lock(tick_mutex_);
    pending_.push_back(std::move(*decision.digest));
  }
  if (decision.expelled && !closing_) {
    return {Code::kFenced,
            fmt::format("expelled from the cluster at seqno {} (silent for longer than the lease "
                        "of {} ms, or replaced by a newer start of node '{}'); restarting rejoins",
                        entry.seqno, config_.tick_ms * config_.lease_ticks, config_.name)};
  }
  return Status::Ok();
}

void Replicator::NoteIsolated(const LogEntry& entry, const Decision& decision) {
  if (decision.outcome.verdict == Verdict::kCommit) {
    newest_isolated_ = entry.seqno;
  } else if (decision.outcome.verdict == Verdict::kConflict && entry.record.source != self_) {
    lost_isolated_ns_ = clock_.MonotonicNs();
  }
}

void Replicator::DeliverItem(const LogEntry& entry, const Decision& decision) {
  auto item = std::make_unique<ApplyItem>();
  item->action = decision.action;
  item->seqno = entry.seqno;
  item->depends_on = decision.outcome.depends_on;
  item->position = entry.position;
  item->record = WithoutKeys(entry.record);
  if (decision.action == Action::kView) item->view = *decision.outcome.view;
  figures_.received.fetch_add(1, std::memory_order_relaxed);
  figures_.received_bytes.fetch_add(static_cast<int64_t>(entry.record.payload.size()),
                                    std::memory_order_relaxed);
  figures_.depends_distance_sum.fetch_add(entry.seqno.value - item->depends_on.value,
                                          std::memory_order_relaxed);
  pipeline_->DeliverItem(std::move(item));
}

}  // namespace borealis::replication

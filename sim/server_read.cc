// Server: reading the log, and what every record means here.
#include "sim/seeded_bugs.h"
#include "sim/server.h"

namespace borealis::sim {

using replication::Action;
using replication::Decision;

Result<bool> Server::Read(size_t entries) {
  for (; entries > 0; --entries) {
    auto entry = reader_->Next();
    if (!entry.ok()) {
      const Code code = entry.status().code();
      if (code == Code::kNotFound) {
        // Trimmed: only a server that was expelled while it was frozen can be that far behind.
        if (world_.oracle.IsMember(self_)) {
          world_.oracle.Fail("O2 {} is a member and can't read on: {}", name_,
                             entry.status().ToString());
        }
        Stop(Fate::kStopped, entry.status());
      } else if (code == Code::kCorruption || code == Code::kInternal) {
        world_.oracle.Fail("O2 {} can't read on: {}", name_, entry.status().ToString());
      }
      return entry.status();
    }
    if (*entry == nullptr) {
      world_.oracle.ReachedEnd(name_, core_->certifier().seqno());
      return true;
    }
    Deliver(**entry);
    if (fate_ != Fate::kRuns || world_.oracle.failed()) {
      return Status(Code::kAborted, "stopped");
    }
  }
  return false;
}

Status Server::ReadToEnd() {
  ASSIGN_OR_RETURN(const bool end, Read(SIZE_MAX));
  CHECK(end);
  return {};
}

void Server::Deliver(const LogEntry& entry) {
  auto decided = core_->Deliver(entry);
  if (!decided.ok()) {
    world_.oracle.Fail("O1 {} at {}: {}", name_, entry.position, decided.status().ToString());
    return;
  }
  Decision& decision = *decided;
  const Record& record = entry.record;
  if (!IsOrdered(record.type)) return;
  world_.trace.Add("{} delivers {}: {} of {}/{}, {}, after {}: {}", name_, entry.seqno,
                   static_cast<int>(record.type), record.source, record.request,
                   VerdictName(decision.outcome.verdict), decision.outcome.depends_on,
                   ActionName(decision.action));
  world_.oracle.Delivered(name_, entry, decision.outcome, core_->certifier().RunningDigest());
  if (phase_ == Phase::kRebuilding) return;

  switch (decision.action) {
    case Action::kOwn:
      tracker_->Deliver(entry.seqno, /*skip=*/false);
      break;
    case Action::kApply:
    case Action::kDummy:
    case Action::kView: {
      tracker_->Deliver(entry.seqno, /*skip=*/false);
      auto item = std::make_unique<replication::ApplyItem>();
      item->action = decision.action;
      item->seqno = entry.seqno;
      item->depends_on = decision.outcome.depends_on;
      item->position = entry.position;
      item->record = record;
      if (decision.outcome.view) item->view = *decision.outcome.view;
      items_.push_back(std::move(item));
      break;
    }
    default:
      tracker_->Deliver(entry.seqno, /*skip=*/true);
      break;
  }
  if (decision.awaited) {
    submitter_->Settle(record.request, entry.seqno, decision.outcome);
  }
  if (decision.digest.has_value()) auxiliary_.push_back(std::move(*decision.digest));
  if (decision.expelled && phase_ != Phase::kLeaving) {
    Stop(Fate::kStopped, {Code::kFenced, fmt::format("expelled at {}", entry.seqno)});
  }
}

// Everything durable at the time of the call is delivered by a read after it.
void Server::CausalRead() {
  static_cast<void>(log_->WaitPast(reader_->position(), 0));  // may have to roll the segment
  const auto tail = log_->DurableEnd();
  if (!tail.ok() || !ReadToEnd().ok()) return;
  if (reader_->position() < *tail) {
    world_.oracle.Fail("O2 {} read up to {}, the durable end was {}", name_, reader_->position(),
                       *tail);
  }
}

Position Server::NeedsLogFrom() const {
  Position from = reader_ != nullptr ? reader_->position() : start_.position;
  if (!items_.empty()) from = std::min(from, items_.front()->position);
  for (const Applier& applier : appliers_) {
    if (applier.state == Applier::State::kLoad) from = std::min(from, applier.item->position);
  }
  return from;
}

void Server::TakeSnapshot() {
  if (phase_ != Phase::kActive || !tracker_->Drained() ||
      cache_.position() <= world_.snapshot.seqno ||
      cache_.position() != core_->certifier().seqno()) {
    return;
  }
  world_.snapshot = {.seqno = cache_.position(),
                     .state = cache_.now(),
                     .certifier = core_->certifier().Save(),
                     .position = reader_->position(),
                     .time_us = reader_->time_us()};
  world_.trace.Add("{} takes a snapshot at {}", name_, cache_.position());
}

}  // namespace borealis::sim

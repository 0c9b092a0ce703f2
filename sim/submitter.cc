#include "sim/submitter.h"

#include <utility>

#include "sim/seeded_bugs.h"

namespace borealis::sim {

using storage::AppendOutcome;

namespace {

const char* OutcomeName(AppendOutcome outcome) {
  switch (outcome) {
    case AppendOutcome::kOk:
      return "ok";
    case AppendOutcome::kNotAppended:
      return "not appended";
    case AppendOutcome::kUnknown:
      return "unknown";
  }
  return "?";
}

}  // namespace

Submitter::Submitter(World& world, std::string node, NodeId self, log::Log& log,
                     std::function<Status()> read_to_end)
    : world_(world),
      node_(std::move(node)),
      self_(self),
      log_(log),
      read_to_end_(std::move(read_to_end)) {}

SubmissionPtr Submitter::Submit(Record record, bool wants_verdict) {
  auto submission = std::make_shared<Submission>();
  record.source = self_;
  record.request = last_request_ = RequestNo{last_request_.value + 1};
  submission->record = std::move(record);
  submission->wants_verdict = wants_verdict && IsOrdered(submission->record.type);
  queue_.push_back(submission);
  return submission;
}

void Submitter::Settle(RequestNo request, Seqno seqno, const certification::Outcome& outcome) {
  const auto found = in_flight_.find(request);
  if (found == in_flight_.end()) {
    world_.oracle.Fail("O5 {} finds its request {} at seqno {}, and nobody waits for it", node_,
                       request, seqno);
    return;
  }
  Submission& submission = *found->second;
  submission.seqno = seqno;
  submission.outcome = outcome;
  submission.done = true;
  in_flight_.erase(found);
}

void Submitter::Step() {
  switch (phase_) {
    case Phase::kIdle:
      if (!queue_.empty()) TakeBatch();
      break;
    case Phase::kAppend:
      Append();
      break;
    case Phase::kLook:
      Look();
      break;
    case Phase::kResolve:
      if (log_.ResolveUnknown().ok()) phase_ = Phase::kReadBack;
      break;
    case Phase::kReadBack:
      ReadBack();
      break;
  }
}

void Submitter::TakeBatch() {
  const uint64_t count = world_.random.Between(1, world_.config.batch_records_max);
  while (!queue_.empty() && pending_.size() < count) {
    SubmissionPtr next = queue_.front();
    queue_.pop_front();
    if (IsOrdered(next->record.type)) in_flight_.emplace(next->record.request, next);
    pending_.push_back(std::move(next));
  }
  attempts_ = 0;
  sent_again_ = false;
  Append();
}

void Submitter::Append() {
  std::vector<Record> records;
  for (const SubmissionPtr& s : pending_) records.push_back(std::move(s->record));
  report_ = log_.Append(records);
  for (size_t i = 0; i < pending_.size(); ++i) pending_[i]->record = std::move(records[i]);
  world_.trace.Add("{} appends requests {}..{}: {}", node_, pending_.front()->record.request,
                   pending_.back()->record.request, OutcomeName(report_.outcome));
  for (const SubmissionPtr& s : pending_) s->appending = true;
  phase_ = Phase::kLook;
}

void Submitter::Look() {
  if (report_.outcome == AppendOutcome::kUnknown) world_.stats.unknown_appends += 1;
  if (report_.outcome == AppendOutcome::kUnknown && Seeded(SeededBug::kUnknownIsNotAppended)) {
    report_.outcome = AppendOutcome::kNotAppended;
  }
  switch (report_.outcome) {
    case AppendOutcome::kOk:
      Finish(Status::Ok());
      break;
    case AppendOutcome::kNotAppended:
      // Sent twice, and only the second time it is known to be absent.
      if (sent_again_) {
        phase_ = Phase::kResolve;
      } else {
        Finish(report_.status);
      }
      break;
    case AppendOutcome::kUnknown:
      phase_ = Phase::kResolve;
      if (!sent_again_ && world_.random.Percent(world_.config.repeat_percent)) {
        sent_again_ = true;
        phase_ = Phase::kAppend;
      }
      break;
  }
}

void Submitter::ReadBack() {
  if (!read_to_end_().ok()) return;
  const size_t before = pending_.size();
  pending_ = NotInLog();
  world_.stats.unknown_landed += static_cast<int64_t>(before - pending_.size());
  world_.trace.Add("{} resolved: {} of {} are in the log", node_, before - pending_.size(), before);
  sent_again_ = false;
  for (const SubmissionPtr& s : pending_) {
    if (!IsOrdered(s->record.type)) continue;
    world_.oracle.ResolvedAbsent(self_, s->record.request, CopyOf(s->record));
    CopyOf(s->record) += 1;
  }
  if (pending_.empty()) {
    Finish(Status::Ok());
  } else if (++attempts_ > kUnknownRetriesMax) {
    Finish({Code::kUnavailable, "the volume keeps losing appends"});
  } else {
    phase_ = Phase::kAppend;
  }
}

std::vector<SubmissionPtr> Submitter::NotInLog() const {
  std::vector<SubmissionPtr> missing;
  for (const SubmissionPtr& s : pending_) {
    if (!IsOrdered(s->record.type) || in_flight_.contains(s->record.request)) missing.push_back(s);
  }
  return missing;
}

void Submitter::Finish(const Status& status) {
  for (const SubmissionPtr& s : pending_) {
    if (!status.ok()) {
      in_flight_.erase(s->record.request);
      s->status = status;
      s->done = true;
    } else if (!s->wants_verdict) {
      s->done = true;
    }
  }
  pending_.clear();
  phase_ = Phase::kIdle;
}

}  // namespace borealis::sim

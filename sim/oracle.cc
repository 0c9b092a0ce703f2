#include "sim/oracle.h"

#include <algorithm>

namespace borealis::sim {

using certification::Outcome;
using certification::Verdict;

namespace {

// The last record of a batch knows where the batch ends.
uint64_t NeedsEnd(const LogEntry& entry) {
  const bool last =
      entry.next.segment == entry.position.segment && entry.next.offset > entry.position.offset;
  return last ? entry.next.offset : entry.position.offset + 1;
}

}  // namespace

void Oracle::CheckDurable(const std::string& node, Seqno seqno, const char* what) {
  const Entry& entry = entries_[static_cast<size_t>(seqno.value - 1)];
  const uint64_t durable = synced_end_(entry.position.segment);
  if (entry.needs_end <= durable) return;
  Fail("O2 {} {} seqno {} at {}, which needs {} bytes of its segment: {} are durable", node, what,
       seqno, entry.position, entry.needs_end, durable);
}

void Oracle::CheckNothingLost() {
  for (Seqno seqno{1}; seqno <= end(); seqno = seqno.Next()) CheckDurable("nobody", seqno, "keeps");
}

void Oracle::ResolvedAbsent(const NodeId& source, RequestNo request, uint64_t copy) {
  absent_[{source, request}] = copy;
}

void Oracle::Submitted(const WriteSet& set) {
  const bool fresh = submitted_.emplace(set.trx, set).second && !committed_.contains(set.trx);
  CHECK(fresh, "transaction number {} is used twice", set.trx);
}

void Oracle::SubmittedPart(const WriteSet& part, uint64_t payload_hash) {
  CHECK(!committed_.contains(part.trx));
  parts_[{part.trx, payload_hash}] = part;
}

void Oracle::Delivered(const std::string& node, const LogEntry& entry, const Outcome& outcome,
                       uint64_t digest) {
  const Record& record = entry.record;
  Entry made{.type = record.type,
             .source = record.source,
             .request = record.request,
             .trx = record.trx,
             .payload_hash = record.payload_hash,
             .position = entry.position,
             .needs_end = NeedsEnd(entry),
             .time_us = entry.time_us,
             .verdict = outcome.verdict,
             .depends_on = outcome.depends_on,
             .digest = digest,
             .state_hash = 0};
  if (entry.seqno == end().Next()) {
    Extend(entry, outcome, made);
    entries_.push_back(made);
    CheckDurable(node, entry.seqno, "delivered");
    return;
  }
  if (entry.seqno > end()) {
    Fail("O1 {} delivered seqno {} after {}", node, entry.seqno, end());
    return;
  }
  const Entry& known = entries_[static_cast<size_t>(entry.seqno.value - 1)];
  made.state_hash = known.state_hash;
  CheckDurable(node, entry.seqno, "delivered");
  if (!(made == known)) {
    Fail(
        "O1 {} delivered seqno {} as request {} of {} at {} ({}, depends on {}, digest {:x}, time "
        "{}, "
        "transaction {}, needs {}), before it was request {} of {} at {} ({}, depends on {}, "
        "digest "
        "{:x}, time {}, transaction {}, needs {})",
        node, entry.seqno, made.request, made.source, made.position, VerdictName(made.verdict),
        made.depends_on, made.digest, made.time_us, made.trx, made.needs_end, known.request,
        known.source, known.position, VerdictName(known.verdict), known.depends_on, known.digest,
        known.time_us, known.trx, known.needs_end);
  }
}

void Oracle::Extend(const LogEntry& entry, const Outcome& outcome, Entry& made) {
  const Record& record = entry.record;
  if (!entries_.empty() && entry.time_us < entries_.back().time_us) {
    Fail("O1 time runs backwards at seqno {}", entry.seqno);
  }
  if (outcome.depends_on >= entry.seqno) {
    Fail("O1 seqno {} depends on {}", entry.seqno, outcome.depends_on);
  }
  if (outcome.verdict == Verdict::kCommit &&
      !counted_.emplace(record.source, record.request).second) {
    Fail("O5 request {} of {} counts again at seqno {}", record.request, record.source,
         entry.seqno);
  }
  const auto absent = absent_.find({record.source, record.request});
  if (absent != absent_.end() && CopyOf(record) <= absent->second) {
    Fail("O5 seqno {} is copy {} of request {} of {}, which was resolved as absent", entry.seqno,
         CopyOf(record), record.request, record.source);
  }
  CheckMembership(entry, outcome);
  CheckAgainstModel(entry, outcome);
  if (outcome.verdict == Verdict::kCommit && record.type != RecordType::kView) {
    CommitSerially(record, made);
  }
  if (outcome.verdict == Verdict::kCommit && record.type == RecordType::kView) {
    ChangeMembership(entry, outcome);
  }
  stats_.conflicts += outcome.verdict == Verdict::kConflict ? 1 : 0;
  stats_.too_old += outcome.verdict == Verdict::kTooOld ? 1 : 0;
  stats_.repeats += outcome.verdict == Verdict::kRepeat ? 1 : 0;
  stats_.not_member += outcome.verdict == Verdict::kNotMember ? 1 : 0;
  made.state_hash = state_.Hash();
}

void Oracle::CheckAgainstModel(const LogEntry& entry, const Outcome& outcome) {
  const Outcome expected = model_->Certify(entry.seqno, entry.record);
  if (outcome.verdict != expected.verdict || outcome.depends_on != expected.depends_on ||
      outcome.view != expected.view) {
    Fail("O1 seqno {} is {} and depends on {}; by the plain model it is {} and depends on {}",
         entry.seqno, VerdictName(outcome.verdict), outcome.depends_on,
         VerdictName(expected.verdict), expected.depends_on);
  }
}

const WriteSet* Oracle::Find(const Record& record, WriteSet& rollback) {
  if (record.type == RecordType::kFragmentRollback) {
    rollback.trx = record.trx;
    rollback.part = Part::kRollback;
    return &rollback;
  }
  const auto part = parts_.find({record.trx, record.payload_hash});
  if (part != parts_.end()) return &part->second;
  const auto found = submitted_.find(record.trx);
  if (found != submitted_.end()) return &found->second;
  const auto before = committed_.find(record.trx);
  Fail("O5 seqno {} commits transaction {}, which {}", end().Next(), record.trx,
       before == committed_.end() ? "nobody submitted"
                                  : fmt::format("committed at {}", before->second));
  return nullptr;
}

void Oracle::CommitSerially(const Record& record, Entry& made) {
  const Seqno seqno = end().Next();
  WriteSet rollback;
  const WriteSet* set = Find(record, rollback);
  if (set == nullptr) return;
  const std::string misfit = state_.Misfit(*set);
  if (!misfit.empty()) Fail("O3 seqno {}: {}", seqno, misfit);
  const bool ends = state_.streams().contains(record.trx);
  state_.Apply(seqno, *set);
  stats_.fragments += record.type == RecordType::kFragment ? 1 : 0;
  stats_.streams_undone += ends && set->part == Part::kRollback ? 1 : 0;
  if (!set->Commits()) return;
  if (refused_.contains(record.trx)) {
    Fail("O5 seqno {} commits transaction {}, whose client was told that it failed", seqno,
         record.trx);
  }
  stats_.commits_ordered += 1;
  stats_.streams += set->part == Part::kLast ? 1 : 0;
  stats_.ddl += set->ddl_tables != 0 ? 1 : 0;
  made.trx = record.trx;
  committed_.emplace(record.trx, seqno);
  submitted_.erase(record.trx);
  std::erase_if(parts_, [&](const auto& part) { return part.first.first == record.trx; });
}

void Oracle::CheckMembership(const LogEntry& entry, const Outcome& outcome) {
  const Record& record = entry.record;
  if (record.type == RecordType::kView || outcome.verdict != Verdict::kCommit) return;
  if (!members_.contains(record.source)) {
    Fail("O6 seqno {} of {} counts, which is no member", entry.seqno, record.source);
  }
}

// What a view change does, in other words than Membership's.
void Oracle::ChangeMembership(const LogEntry& entry, const Outcome& outcome) {
  const auto decoded = DecodeViewChange(entry.record.payload);
  if (!decoded.ok() || !outcome.view.has_value()) {
    Fail("O6 seqno {} is a view change that does not decode or gives no view", entry.seqno);
    return;
  }
  const ViewChange& change = *decoded;
  state_.EndStreams(*outcome.view);
  const size_t before = members_.size();
  std::erase_if(members_, [&](const auto& item) {
    const Member& member = item.second;
    switch (change.kind) {
      case ViewChange::Kind::kJoin:
        return member.name == change.joining.name && member.endpoint == change.joining.endpoint;
      case ViewChange::Kind::kLeave:
        return member.id == change.subject;
      case ViewChange::Kind::kExpel:
        return member.id == change.subject && member.joined == change.subject_joined;
      case ViewChange::Kind::kRestart:
        return member.joined <= change.subject_joined;
    }
    return false;
  });
  const auto gone = static_cast<int64_t>(before - members_.size());
  if (change.kind == ViewChange::Kind::kLeave) stats_.leaves += gone;
  if (change.kind == ViewChange::Kind::kExpel) stats_.expulsions += gone;
  if (change.kind == ViewChange::Kind::kRestart) stats_.full_restarts += 1;
  if (change.kind == ViewChange::Kind::kJoin) {
    stats_.joins += 1;
    Member joined = change.joining;
    joined.joined = entry.seqno;
    members_.emplace(joined.id, joined);
  }
  std::set<uint16_t> slots;
  std::set<NodeId> ids;
  for (const Member& member : outcome.view->members) {
    slots.insert(member.slot.value);
    ids.insert(member.id);
    if (!members_.contains(member.id)) Fail("O6 {} is in view {}", member.id, entry.seqno);
  }
  if (slots.size() != members_.size() || ids.size() != members_.size() || slots.contains(0)) {
    Fail("O6 view {} has {} members with {} slots, {} should be in it", entry.seqno,
         outcome.view->members.size(), slots.size(), members_.size());
  }
}

void Oracle::ReachedEnd(const std::string& node, Seqno seqno) {
  if (seqno < end()) {
    Fail("O2 {} reads a log that ends at seqno {}, though {} was delivered before", node, seqno,
         end());
  }
}

void Oracle::CheckState(const std::string& node, Seqno seqno, const Database& state) {
  if (seqno > end()) {
    Fail("O2 {} has data of seqno {}, the log ends at {}", node, seqno, end());
    return;
  }
  if (seqno > Seqno::Zero()) CheckDurable(node, seqno, "applied");
  const uint64_t expected = seqno == Seqno::Zero()
                                ? Database().Hash()
                                : entries_[static_cast<size_t>(seqno.value - 1)].state_hash;
  if (state.Hash() != expected) {
    Fail("O4 {}'s data at seqno {} is not what the log gives", node, seqno);
  }
}

void Oracle::Acknowledged(uint64_t trx) {
  stats_.commits += 1;
  const auto found = committed_.find(trx);
  if (found == committed_.end()) {
    Fail("O5 transaction {} is acknowledged and not committed in the log", trx);
  } else {
    CheckDurable("a client", found->second, "is told of");
  }
}

void Oracle::Refused(uint64_t trx) {
  const auto found = committed_.find(trx);
  if (found != committed_.end()) {
    Fail("O5 transaction {} is refused and committed at seqno {}", trx, found->second);
  }
  refused_.insert(trx);
}

}  // namespace borealis::sim

#include "replication/core.h"

#include <utility>

#include "base/codec.h"

namespace borealis::replication {

using certification::Verdict;

const char* ActionName(Action action) {
  switch (action) {
    case Action::kNothing:
      return "nothing";
    case Action::kOutcome:
      return "outcome";
    case Action::kSkip:
      return "skip";
    case Action::kOwn:
      return "own";
    case Action::kApply:
      return "apply";
    case Action::kDummy:
      return "dummy";
    case Action::kView:
      return "view";
  }
  return "?";
}

Core::Core(NodeId self, certification::Certifier certifier)
    : self_(self), certifier_(std::move(certifier)) {
  CHECK(certifier_.view().Find(self_) == nullptr, "a node id is fresh at every start");
}

Result<Decision> Core::Deliver(const LogEntry& entry) {
  const Record& record = entry.record;
  if (IsOrdered(record.type)) return DecideOrdered(entry);
  Decision decision;
  // A node that was expelled may be wrong about anything: what lands late from it counts nowhere.
  if (certifier_.view().Find(record.source) == nullptr) return decision;
  if (record.type == RecordType::kDigest) RETURN_IF_ERROR(CompareDigest(record));
  if (record.type == RecordType::kIsolatedOutcome) decision.action = Action::kOutcome;
  return decision;
}

Decision Core::DecideOrdered(const LogEntry& entry) {
  const Record& record = entry.record;
  Decision decision;
  decision.outcome = certifier_.Certify(entry.seqno, record);
  const Verdict verdict = decision.outcome.verdict;
  // Certification counts the numbers of members only. A second landing before the own join or after
  // the own departure is told apart here.
  decision.awaited = record.source == self_ && record.request > own_request_;
  if (decision.awaited) own_request_ = record.request;

  if (record.type == RecordType::kView) {
    decision.action = verdict == Verdict::kCommit ? Action::kView : Action::kSkip;
    const Member* me = certifier_.view().Find(self_);
    decision.expelled = is_member_ && me == nullptr;
    is_member_ = me != nullptr;
    if (me != nullptr) slot_ = me->slot;
    // NOLINTNEXTLINE(bugprone-branch-clone): each case has a reason of its own
  } else if (record.type == RecordType::kIsolated && verdict != Verdict::kCommit) {
    // Its session holds locks: it must not have to wait for a turn.
    decision.action = Action::kSkip;
  } else if (decision.awaited && record.type != RecordType::kFragmentRollback) {
    // The server takes no turn for a fragment that failed.
    const bool fragment = record.type == RecordType::kFragment && (record.flags & kFlagTrxEnd) == 0;
    decision.action = fragment && verdict != Verdict::kCommit ? Action::kSkip : Action::kOwn;
  } else if (verdict == Verdict::kCommit) {
    decision.action = skipped_.contains(entry.seqno) ? Action::kDummy : Action::kApply;
  } else if (verdict == Verdict::kConflict || verdict == Verdict::kTooOld) {
    decision.action = Action::kDummy;
  } else {
    decision.action = Action::kSkip;
  }

  if (entry.seqno.value % kDigestInterval == 0) {
    NoteDigest(entry.seqno);
    decision.digest = DigestDue(entry.seqno);
  }
  return decision;
}

void Core::NoteDigest(Seqno seqno) {
  const auto at = static_cast<size_t>(seqno.value / kDigestInterval) % noted_.size();
  noted_[at] = {seqno, certifier_.RunningDigest()};
}

// One member writes each digest, in turn, so that a log of n members carries no n copies.
std::optional<Record> Core::DigestDue(Seqno seqno) const {
  const std::vector<Member>& members = certifier_.view().members;
  if (!is_member_) return std::nullopt;
  const auto turn = static_cast<size_t>(seqno.value / kDigestInterval) % members.size();
  if (members[turn].id != self_) return std::nullopt;
  Record record;
  record.type = RecordType::kDigest;
  record.source = self_;
  record.backing = std::make_shared<Bytes>(EncodeDigest(seqno, certifier_.RunningDigest()));
  record.payload = *record.backing;
  return record;
}

Status Core::CompareDigest(const Record& record) const {
  Decoder decoder(record.payload);
  const Seqno seqno{decoder.Int<int64_t>()};
  const auto digest = decoder.Int<uint64_t>();
  if (!decoder.done() || seqno.value <= 0) {
    return {Code::kCorruption, fmt::format("malformed digest record from {}", record.source)};
  }
  const Noted& mine = noted_[static_cast<size_t>(seqno.value / kDigestInterval) % noted_.size()];
  if (mine.seqno != seqno || mine.digest == digest) return Status::Ok();
  return {Code::kInternal,
          fmt::format("certification history differs from the log's at seqno {}: digest "
                      "{:016x} here, {:016x} at {}",
                      seqno, mine.digest, digest, record.source)};
}

Bytes EncodeDigest(Seqno seqno, uint64_t digest) {
  Bytes bytes;
  Encoder encoder(bytes);
  encoder.Int(seqno.value);
  encoder.Int(digest);
  return bytes;
}

Bytes EncodeIsolatedOutcome(const IsolatedOutcome& outcome) {
  Bytes bytes;
  Encoder encoder(bytes);
  encoder.Int(outcome.seqno.value);
  encoder.Text(outcome.error);
  return bytes;
}

Result<IsolatedOutcome> DecodeIsolatedOutcome(ByteView bytes) {
  Decoder decoder(bytes);
  IsolatedOutcome outcome;
  outcome.seqno = Seqno{decoder.Int<int64_t>()};
  outcome.error = decoder.Text();
  if (!decoder.done() || outcome.seqno.value <= 0) {
    return Status(Code::kCorruption, "malformed outcome record");
  }
  return outcome;
}

}  // namespace borealis::replication

// Server: transactions that are sent in parts.
//
// Every node keeps a stream open, locks and all, until its last part or its rollback comes, its
// member is gone, or DDL alters its tables. So the rollback must be in the log before anything that
// this server commits once the locks here are gone.
#include <algorithm>

#include "sim/seeded_bugs.h"
#include "sim/server.h"

namespace borealis::sim {

// Beyond those of clients and appliers.
OwnerId Server::StreamOwner(uint64_t trx) {
  constexpr OwnerId kFirst = 1 << 16;
  return kFirst + static_cast<OwnerId>(trx);
}

bool Server::SendsPart(const Client& client) {
  return client.streams && client.set.ops.size() > client.logged && world_.random.OneIn(2);
}

WriteSet Server::NextPart(const Client& client, bool all) const {
  WriteSet part = client.set;
  if (all) {
    part.part = client.open ? Part::kLast : Part::kWhole;
  } else {
    part.part = client.open ? Part::kMiddle : Part::kFirst;
  }
  part.source = self_;
  part.ops.erase(part.ops.begin(), part.ops.begin() + static_cast<std::ptrdiff_t>(client.logged));
  return part;
}

void Server::TakePartVerdict(Client& client, bool passed) {
  if (passed) {
    client.open = true;
    client.state = Client::State::kCertified;
    return;
  }
  // No other node takes a turn for a part that failed; for the last one it does.
  if (client.part.Commits()) tracker_->Skip(client.seqno);
  RollBack(client);
}

void Server::CommitPart(Client& client) {
  if (client.bf_aborted) {
    tracker_->Skip(client.seqno);
    RollBack(client);
    return;
  }
  if (!tracker_->MayEnter(client.seqno)) return;
  CommitInOrder(client.seqno, &client.part);
  tracker_->Leave(client.seqno);
  tracker_->Finish(client.seqno);
  client.logged = client.set.ops.size();
  client.seqno = Seqno::Undefined();
  client.state = Client::State::kExecuting;
}

void Server::RollBack(Client& client) {
  if (!client.open) {
    Reset(client);
    return;
  }
  world_.oracle.Refused(client.set.trx);
  SubmitRollback(client.set.trx, &client.submission);
  if (Seeded(SeededBug::kRollbackAfterLocks)) locks_.Release(client.owner);
  client.state = Client::State::kRollingBack;
}

void Server::SubmitRollback(uint64_t trx, SubmissionPtr* submission) {
  Record record;
  record.type = RecordType::kFragmentRollback;
  record.last_seen = tracker_->left();
  record.trx = trx;
  *submission = submitter_->Submit(std::move(record), /*wants_verdict=*/false);
}

void Server::StepRollback(Client& client) {
  if (!client.submission->done) return;
  if (!client.submission->status.ok()) rollbacks_.push_back({client.set.trx, nullptr});
  Reset(client);
}

bool Server::FlushRollbacks() {
  for (DueRollback& due : rollbacks_) {
    if (due.submission == nullptr || (due.submission->done && !due.submission->status.ok())) {
      SubmitRollback(due.trx, &due.submission);
    }
  }
  std::erase_if(rollbacks_, [](const DueRollback& due) { return due.submission->done; });
  return rollbacks_.empty();
}

// A claim of one part does not say when the stream ended: a record that depends on the part may
// meet the locks while the last part is being applied. It waits.
bool Server::StreamEnds(OwnerId owner, Seqno before) const {
  return std::ranges::any_of(appliers_, [&](const Applier& applier) {
    return applier.item != nullptr && applier.item->seqno < before &&
           PartOf(applier.item->record) == Part::kLast &&
           StreamOwner(applier.item->record.trx) == owner;
  });
}

void Server::LockStreams() {
  for (const auto& [trx, stream] : cache_.now().streams()) {
    locked_streams_.insert(trx);
    for (const RowOp& op : stream.ops) {
      for (const LockNeed& need : LocksOf(op)) locks_.Grant(StreamOwner(trx), need.id, need.mode);
    }
  }
}

void Server::ReleaseStreams() {
  std::erase_if(locked_streams_, [this](uint64_t trx) {
    if (cache_.now().streams().contains(trx)) return false;
    locks_.Release(StreamOwner(trx));
    return true;
  });
}

}  // namespace borealis::sim

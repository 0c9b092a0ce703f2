// Server: local transactions from their verdict to the answer of their client, and what appliers do
// to them on the way.
#include "sim/seeded_bugs.h"
#include "sim/server.h"

namespace borealis::sim {

void Server::TakeVerdict(Client& client) {
  const Submission& done = *client.submission;
  if (Seeded(SeededBug::kAcknowledgeBeforeDurable) && done.appending && !client.acknowledged) {
    client.acknowledged = true;
    world_.oracle.Acknowledged(client.set.trx);
  }
  if (!done.done) return;
  if (!done.status.ok()) {
    world_.trace.Add("{} refuses {}: {}", name_, client.set.trx, done.status.ToString());
    world_.stats.refused += 1;
    world_.oracle.Refused(client.set.trx);
    RollBack(client);
    return;
  }
  client.seqno = done.seqno;
  const bool commit = done.Committed() || Seeded(SeededBug::kAcknowledgeUncertified);
  if (!client.part.Commits() || (client.open && !commit)) {
    TakePartVerdict(client, commit);
    return;
  }
  if (!commit && client.set.ddl_tables != 0) {  // it has no turn to take
    world_.oracle.Refused(client.set.trx);
    Reset(client);
  } else if (!commit) {
    locks_.Release(client.owner);
    client.state = Client::State::kFailed;
  } else if (client.bf_aborted) {
    locks_.Release(client.owner);
    client.state = Client::State::kMustReplay;
  } else {
    client.state = Client::State::kCertified;
  }
}

void Server::CommitInOrder(Seqno seqno, const WriteSet* set, const View* view) {
  CHECK(tracker_->MayEnter(seqno));
  cache_.Commit(seqno, set, Seeded(SeededBug::kKeepDeadStreams) ? nullptr : view);
  ReleaseStreams();
  world_.trace.Add("{} commits {}", name_, seqno);
  world_.oracle.CheckState(name_, seqno, cache_.now());
}

void Server::Commit(Client& client) {
  if (client.set.ddl_tables != 0) {
    StartAltering(client);
    return;
  }
  if (!client.part.Commits()) {
    CommitPart(client);
    return;
  }
  if (!tracker_->MayEnter(client.seqno)) return;
  CommitInOrder(client.seqno, &client.part);
  tracker_->Leave(client.seqno);
  client.committed = true;
  client.state = Client::State::kLeft;
}

void Server::Replay(Client& client) {
  if (!tracker_->MayEnter(client.seqno) || !tracker_->MayApply(client.seqno.Previous())) return;
  for (const RowOp& op : client.set.ops) {
    for (const LockNeed& need : LocksOf(op)) {
      if (!LockByForce(client.owner, need, client.seqno)) return;
    }
  }
  world_.stats.replays += 1;
  CommitInOrder(client.seqno, &client.part);
  tracker_->Leave(client.seqno);
  client.committed = true;
  client.state = Client::State::kLeft;
}

void Server::StartAltering(Client& client) {
  if (!tracker_->MayEnter(client.seqno) || !tracker_->MayApply(client.seqno.Previous())) return;
  if (!ClearTables(client.set.ddl_tables, client.seqno)) return;
  CheckAlone(client.seqno);
  altering_tables_ = client.set.ddl_tables;
  cache_.BeginUnsafe();
  client.state = Client::State::kAltering;
}

void Server::Finish(Client& client) {
  tracker_->Finish(client.seqno);
  if (client.committed) {
    world_.trace.Add("{} acknowledges {}", name_, client.set.trx);
    if (!client.acknowledged) world_.oracle.Acknowledged(client.set.trx);
    if (probe_wanted_ && world_.healing) probe_done_ = true;
    if (client.set.ddl_tables != 0) {
      Record outcome;
      outcome.type = RecordType::kIsolatedOutcome;
      outcome.backing =
          std::make_shared<Bytes>(replication::EncodeIsolatedOutcome({client.seqno, ""}));
      outcome.payload = *outcome.backing;
      auxiliary_.push_back(std::move(outcome));
    }
  } else {
    world_.trace.Add("{} reports a conflict of {}", name_, client.set.trx);
    world_.oracle.Refused(client.set.trx);
  }
  Reset(client);
}

bool Server::BruteForceAbort(Client& client, Seqno by) {
  switch (client.state) {
    case Client::State::kExecuting:
      world_.trace.Add("{} throws out {} for {}", name_, client.set.trx, by);
      world_.stats.bf_aborts += 1;
      if (Seeded(SeededBug::kIgnoreBruteForce)) {
        locks_.Release(client.owner);
      } else {
        RollBack(client);
      }
      return client.state != Client::State::kRollingBack;
    case Client::State::kSubmitted:
      client.bf_aborted = true;  // its locks go when its verdict is known
      return false;
    case Client::State::kCertified:
      if (!client.part.Commits()) {
        client.bf_aborted = true;  // the locks are not the part's but the transaction's
        return false;
      }
      if (client.seqno < by) return false;
      world_.trace.Add("{} makes {} replay for {}", name_, client.set.trx, by);
      locks_.Release(client.owner);
      client.state = Client::State::kMustReplay;
      return true;
    case Client::State::kIdle:
    case Client::State::kMustReplay:
    case Client::State::kFailed:
      return true;
    case Client::State::kAltering:
    case Client::State::kRollingBack:
    case Client::State::kLeft:
      return false;
  }
  return false;
}

bool Server::LockByForce(OwnerId owner, const LockNeed& need, Seqno by) {
  for (const OwnerId blocker : locks_.Blockers(owner, need.id, need.mode)) {
    const auto index = static_cast<size_t>(blocker);
    if (index >= clients_.size() + appliers_.size()) {
      if (StreamEnds(blocker, by)) return false;
      world_.oracle.Fail("O3 {} applies seqno {}, which wants {}/{} of a stream that is open",
                         name_, by, need.id.table, need.id.row);
      return false;
    }
    if (index >= clients_.size()) {
      const Applier& other = appliers_[index - clients_.size()];
      world_.oracle.Fail("O3 {} applies seqno {} and {} at the same time, both want {}/{}", name_,
                         by, other.item->seqno, need.id.table, need.id.row);
      return false;
    }
    if (!BruteForceAbort(clients_[index], by)) return false;
  }
  locks_.Grant(owner, need.id, need.mode);
  return true;
}

void Server::CheckAlone(Seqno seqno) {
  for (const Applier& applier : appliers_) {
    if (applier.item != nullptr && applier.item->seqno != seqno) {
      world_.oracle.Fail("O3 {} applies seqno {} while {} must run alone", name_,
                         applier.item->seqno, seqno);
    }
  }
}

bool Server::ClearTables(uint32_t tables, Seqno by) {
  bool clear = true;
  for (Client& client : clients_) {
    bool touches = false;
    for (uint32_t table = 0; table < kTables; ++table) {
      const bool altered = (tables & 1u << table) != 0;
      const bool about_to = client.next_op && client.next_op->id.table == table;
      touches |= altered && (about_to || client.set.Touches(table));
    }
    const bool itself = client.seqno == by;
    if (touches && !itself && client.set.ddl_tables == 0 && !BruteForceAbort(client, by)) {
      clear = false;
    }
  }
  return clear;
}

}  // namespace borealis::sim

// Server: transactions of clients, up to their submission. Snapshot isolation with row locks: a row
// that changed since the snapshot fails the statement and with it the transaction.
#include "sim/seeded_bugs.h"
#include "sim/server.h"

namespace borealis::sim {

namespace {

constexpr int kLockWaitsMax = 15;  // then the wait times out
constexpr uint32_t kAllTables = (1u << kTables) - 1;

}  // namespace

void Server::StepClient(Client& client) {
  switch (client.state) {
    case Client::State::kIdle:
      if (phase_ != Phase::kActive) break;
      if (!world_.healing || (probe_wanted_ && !probe_done_)) Begin(client);
      break;
    case Client::State::kExecuting:
      Execute(client);
      break;
    case Client::State::kSubmitted:
      TakeVerdict(client);
      break;
    case Client::State::kCertified:
      Commit(client);
      break;
    case Client::State::kMustReplay:
      Replay(client);
      break;
    case Client::State::kAltering:
      CommitInOrder(client.seqno, &client.set);
      cache_.EndUnsafe();
      altering_tables_ = 0;
      tracker_->Leave(client.seqno);
      client.committed = true;
      client.state = Client::State::kLeft;
      break;
    case Client::State::kFailed:
      if (!tracker_->MayEnter(client.seqno)) break;
      CommitInOrder(client.seqno, nullptr);
      tracker_->Leave(client.seqno);
      client.state = Client::State::kLeft;
      break;
    case Client::State::kRollingBack:
      StepRollback(client);
      break;
    case Client::State::kLeft:
      Finish(client);
      break;
  }
}

void Server::Begin(Client& client) {
  client.set = {};
  client.set.trx = ++world_.last_trx;
  client.snapshot = cache_.now();
  client.snapshot_seqno = cache_.position();
  client.base = client.snapshot;
  for (uint32_t t = 0; t < kTables; ++t) client.set.schema[t] = client.snapshot.schema(t);
  client.waits = 0;
  client.state = Client::State::kExecuting;
  if (world_.random.Percent(world_.config.ddl_percent)) {
    client.set.ddl_tables = static_cast<uint32_t>(world_.random.Between(1, kAllTables));
    return;
  }
  client.ops_wanted = world_.random.Between(1, world_.config.ops_max);
  if (const uint32_t percent = world_.config.stream_percent; percent > 0) {
    client.streams = world_.random.Percent(percent);
  }
  client.gap = world_.random.Percent(world_.config.gap_percent);
  if (world_.random.Percent(world_.config.padded_percent)) {
    client.set.padding = static_cast<uint32_t>(world_.random.Between(100, 5000));
  }
}

void Server::Execute(Client& client) {
  const bool all = client.set.ddl_tables != 0 || client.set.ops.size() == client.ops_wanted;
  if (all || SendsPart(client)) {
    Submit(client, all);
    return;
  }
  if (!client.next_op) client.next_op = ChooseOp(client);
  if (!client.next_op) {
    RollBack(client);  // nothing to do: commits without a write
    return;
  }
  if (!LockFor(client, *client.next_op)) return;
  client.base.ApplyOp(kUncommitted, *client.next_op);
  client.set.ops.push_back(*client.next_op);
  client.next_op.reset();
}

std::optional<RowOp> Server::ChooseOp(const Client& client) {
  RowOp op;
  op.id = {static_cast<uint32_t>(world_.random.Below(kTables)),
           static_cast<uint32_t>(world_.random.Below(world_.config.rows))};
  const Row& row = client.base.At(op.id);
  op.base_version = row.version;
  op.value = row.value + 1;
  op.parent = row.parent;
  if (!row.present) {
    op.kind = OpKind::kInsert;
    op.parent = static_cast<uint32_t>(world_.random.Below(world_.config.rows));
    if (op.id.table == kParents) op.parent = 0;
  } else {
    op.kind = world_.random.Percent(25) ? OpKind::kDelete : OpKind::kUpdate;
  }
  return op;
}

bool Server::LockFor(Client& client, const RowOp& op) {
  const uint32_t table = op.id.table;
  if ((altering_tables_ & 1u << table) != 0) return false;
  if (cache_.now().schema(table) != client.snapshot.schema(table)) {
    SqlError(client, "the table was altered");
    return false;
  }
  std::vector<LockNeed> needs = LocksOf(op);
  if (client.gap) needs.push_back({{table, kGapRow}, LockMode::kGap});
  for (const LockNeed& need : needs) {
    if (!locks_.Blockers(client.owner, need.id, need.mode).empty()) {
      if (++client.waits > kLockWaitsMax) SqlError(client, "lock wait");
      return false;
    }
    locks_.Grant(client.owner, need.id, need.mode);
  }
  if (op.base_version != kUncommitted && cache_.now().At(op.id).version != op.base_version) {
    SqlError(client, "the row changed since the snapshot");
    return false;
  }
  if (!ForeignKeysHold(client, op)) {
    SqlError(client, "foreign key");
    return false;
  }
  return true;
}

Row Server::CurrentRow(const Client& client, const RowId& id) const {
  const Row& own = client.base.At(id);
  return own.version == kUncommitted ? own : cache_.now().At(id);
}

bool Server::ForeignKeysHold(const Client& client, const RowOp& op) const {
  if (op.id.table == kChildren && op.kind == OpKind::kInsert) {
    return CurrentRow(client, {kParents, op.parent}).present;
  }
  if (op.id.table == kParents && op.kind == OpKind::kDelete) {
    for (uint32_t child = 0; child < kRows; ++child) {
      const Row row = CurrentRow(client, {kChildren, child});
      if (row.present && row.parent == op.id.row) return false;
    }
  }
  return true;
}

void Server::Submit(Client& client, bool all) {
  // A transaction that replays took its locks back from nobody yet: what others write meanwhile is
  // computed from a state without it. Its commit is in the log, theirs must not be before it is
  // here.
  for (const Client& other : clients_) {
    const bool replays = other.state == Client::State::kMustReplay;
    if (replays && !Seeded(SeededBug::kNoWaitForReplayers)) return;
  }
  if (!FlushRollbacks()) return;
  const WriteSet& part = client.part = NextPart(client, all);
  Record record;
  record.type = part.part != Part::kWhole    ? RecordType::kFragment
                : client.set.ddl_tables != 0 ? RecordType::kIsolated
                                             : RecordType::kWriteSet;
  record.flags = (client.open ? 0u : uint32_t{kFlagTrxStart}) | (all ? uint32_t{kFlagTrxEnd} : 0u);
  const bool unsafe = world_.random.Percent(world_.config.unsafe_percent);
  if (unsafe || client.set.ddl_tables != 0) record.flags |= kFlagParallelUnsafe;
  if (client.set.ddl_tables != 0) record.flags |= kFlagKnowsIsolated;
  // Anything it has seen will do; less is more conflicts.
  const bool cautious = world_.random.Percent(world_.config.cautious_percent);
  record.last_seen = cautious ? client.snapshot_seqno : tracker_->left();
  record.trx = client.set.trx;
  record.keys = KeysOf(part);
  if (part.part == Part::kLast && !Seeded(SeededBug::kForgetTablesOfParts)) {
    ClaimTables(client.set, record.keys);
  }
  record.backing = std::make_shared<Bytes>(Encode(part));
  record.payload = *record.backing;
  if (part.part == Part::kWhole) {
    world_.oracle.Submitted(part);
  } else {
    world_.oracle.SubmittedPart(part, Hash64(record.payload, 0));
  }
  client.submission = submitter_->Submit(std::move(record));
  client.state = Client::State::kSubmitted;
  world_.trace.Add("{} submits {} as request {}, last seen {}", name_, client.set.trx,
                   client.submission->record.request, client.submission->record.last_seen);
}

void Server::SqlError(Client& client, const char* why) {
  world_.trace.Add("{} fails {}: {}", name_, client.set.trx, why);
  world_.stats.sql_errors += 1;
  RollBack(client);
}

void Server::Reset(Client& client) {
  locks_.Release(client.owner);
  const OwnerId owner = client.owner;
  client = {};
  client.owner = owner;
}

}  // namespace borealis::sim

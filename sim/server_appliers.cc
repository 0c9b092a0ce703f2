// Server: appliers. Records from elsewhere are taken in order, each when what it depends on is
// finished; they take their locks by force and commit in order.
#include "sim/seeded_bugs.h"
#include "sim/server.h"

namespace borealis::sim {

using replication::Action;

void Server::StepApplier(Applier& applier) {
  switch (applier.state) {
    case Applier::State::kIdle:
      TakeItem(applier);
      break;
    case Applier::State::kLoad:
      Load(applier);
      break;
    case Applier::State::kLock:
      Lock(applier);
      break;
    case Applier::State::kReady:
    case Applier::State::kAltering:
      CommitApplied(applier);
      break;
    case Applier::State::kLeft:
      tracker_->Finish(applier.item->seqno);
      locks_.Release(applier.owner);
      applier.item.reset();
      applier.state = Applier::State::kIdle;
      break;
  }
}

void Server::TakeItem(Applier& applier) {
  if (items_.empty()) return;
  const bool ready = tracker_->MayApply(items_.front()->depends_on);
  if (!ready && !Seeded(SeededBug::kApplyWithoutDependency)) return;
  applier.item = std::move(items_.front());
  items_.pop_front();
  applier.state =
      applier.item->action == Action::kApply ? Applier::State::kLoad : Applier::State::kReady;
}

void Server::Load(Applier& applier) {
  const Record& record = applier.item->record;
  if (record.type == RecordType::kFragmentRollback) {
    applier.set = {};
    applier.set.trx = record.trx;
    applier.set.part = PartOf(record);
    applier.needs.clear();
    applier.state = Applier::State::kLock;
    return;
  }
  Bytes payload;
  if ((record.flags & kFlagChunked) != 0) {
    auto loaded = reader_->LoadPayload(record);
    if (!loaded.ok()) {
      const Code code = loaded.status().code();
      if (code == Code::kCorruption || (code == Code::kNotFound && world_.oracle.IsMember(self_))) {
        world_.oracle.Fail("O2 {} can't load seqno {}: {}", name_, applier.item->seqno,
                           loaded.status().ToString());
      }
      return;
    }
    payload = std::move(*loaded);
  }
  auto set = DecodeWriteSet(payload.empty() ? record.payload : ByteView(payload));
  if (!set.ok()) {
    world_.oracle.Fail("O2 {} finds seqno {}: {}", name_, applier.item->seqno,
                       set.status().ToString());
    return;
  }
  applier.set = std::move(*set);
  applier.set.part = PartOf(record);
  applier.set.source = record.source;
  applier.needs.clear();
  for (const RowOp& op : applier.set.ops) {
    for (const LockNeed& need : LocksOf(op)) applier.needs.push_back(need);
  }
  applier.state = Applier::State::kLock;
}

void Server::Lock(Applier& applier) {
  const Seqno seqno = applier.item->seqno;
  if (applier.set.ddl_tables != 0) {
    if (!ClearTables(applier.set.ddl_tables, seqno)) return;
    CheckAlone(seqno);
    altering_tables_ = applier.set.ddl_tables;
    cache_.BeginUnsafe();
    applier.state = Applier::State::kAltering;
    return;
  }
  const bool ended = !cache_.now().streams().contains(applier.set.trx);
  if (applier.set.part == Part::kMiddle && ended) applier.needs.clear();
  if (!applier.needs.empty()) {
    const bool part = applier.set.part != Part::kWhole;
    const OwnerId owner = part ? StreamOwner(applier.set.trx) : applier.owner;
    if (LockByForce(owner, applier.needs.back(), seqno)) applier.needs.pop_back();
    return;
  }
  const std::string misfit = cache_.now().Misfit(applier.set);
  if (!misfit.empty()) {
    world_.oracle.Fail("O3 {} can't apply seqno {} on top of {}: {}", name_, seqno,
                       cache_.position(), misfit);
  }
  applier.state = Applier::State::kReady;
}

void Server::CommitApplied(Applier& applier) {
  const Seqno seqno = applier.item->seqno;
  if (!tracker_->MayEnter(seqno)) return;
  const bool alone =
      applier.state == Applier::State::kAltering || applier.item->action == Action::kView;
  if (alone) CheckAlone(seqno);
  const bool applies = applier.item->action == Action::kApply;
  const bool view = applier.item->action == Action::kView;
  CommitInOrder(seqno, applies ? &applier.set : nullptr, view ? &applier.item->view : nullptr);
  if (applier.state == Applier::State::kAltering) {
    cache_.EndUnsafe();
    altering_tables_ = 0;
  }
  if (applies && !applier.set.Commits()) locked_streams_.insert(applier.set.trx);
  tracker_->Leave(seqno);
  applier.state = Applier::State::kLeft;
}

}  // namespace borealis::sim

// Replicator: what happens by itself, every tick_ms: heartbeat, expulsion of silent members, idle
// marker, digests, and reading the log should nobody else do it.
#include "base/codec.h"
#include "base/log.h"
#include "replication/replicator.h"

namespace borealis::replication {

void Replicator::TickLoop() {
  for (uint64_t n = 1;; ++n) {
    Tick(n);
    MutexLock lock(tick_mutex_);
    if (stopping_) return;
    if (!tick_now_) tick_wake_.WaitFor(tick_mutex_, config_.tick_ms * 1'000'000);
    tick_now_ = false;
    if (stopping_) return;
  }
}

void Replicator::Tick(uint64_t n) {
  AppendPending();
  const int64_t now_ns = clock_.MonotonicNs();
  if (n > 1 && now_ns - last_tick_ns_ < config_.tick_ms * 900'000) return;  // woken for an append
  last_tick_ns_ = now_ns;
  if (pipeline_->TickHold()) LogWarning("commits were held and nobody let them go on: they go on");

  Bytes counter;
  Encoder(counter).Int(n);
  const Status beat = backend_.PutHint(kHeartbeatPrefix + self_.uuid.ToString(), counter);
  if (!beat.ok()) LogWarning("heartbeat failed: {}", beat.ToString());
  PublishPosition(n);
  ExpelSilent();
  const Status marker = log_.WriteIdleMarker();
  if (!marker.ok() && marker.code() != Code::kNoSpace) {
    LogWarning("idle marker failed: {}", marker.ToString());
  }
  const Status read = ReadSome();
  if (!read.ok()) LogError("reading the log failed: {}", read.ToString());
  CheckpointIfDue();
  TickService();
  events_.Ticked();
}

// Leaving service is told from here and not by an applier: where one is busy with a huge
// transaction and the others wait for it, there would be none to tell it.
void Replicator::TickService() {
  if (paused_ || leaving_) return;  // it reads nothing and serves nobody who writes
  {
    MutexLock lock(gate_mutex_);
    const ServiceGate::Change change = gate_.Tick(unread_, pipeline_->backlog());
    EnterService(change);
    if (change != ServiceGate::Change::kNone) tell_behind_ = behind_;
  }
  if (tell_behind_ && events_.Behind()) tell_behind_ = false;
}

void Replicator::AnnounceSynced() {
  MutexLock lock(gate_mutex_);
  switch (gate_.state()) {
    case ServiceGate::State::kJoining:
      EnterService(gate_.Joined(unread_, pipeline_->backlog()));
      break;
    case ServiceGate::State::kServing:
      EnterService(ServiceGate::Change::kReturn);
      break;
    case ServiceGate::State::kBehind:
      break;
  }
}

void Replicator::EnterService(ServiceGate::Change change) {
  behind_ = gate_.state() == ServiceGate::State::kBehind;
  if (change == ServiceGate::Change::kNone) return;
  const Pipeline::Snapshot now = pipeline_->Read();
  if (change == ServiceGate::Change::kLeave) {
    LogWarning(
        "too far behind the log ({} records wait, more are unread): out of service until it has "
        "caught up; applied up to seqno {}",
        now.queued_items, now.finished);
  } else {
    LogInfo("near the log's end: in service; applied up to seqno {}", now.finished);
    pipeline_->AnnounceSynced();
  }
  WakeRoom();
}

bool Replicator::HoldAfter(Seqno seqno) {
  return pipeline_->HoldAfter(seqno, static_cast<int>(kHoldMsMax / config_.tick_ms) + 1);
}

void Replicator::StopTicker() {
  {
    MutexLock lock(tick_mutex_);
    stopping_ = true;
    tick_wake_.NotifyAll();
  }
  if (ticker_.joinable()) ticker_.join();
}

void Replicator::AppendPending() {
  std::vector<Record> records;
  {
    MutexLock lock(tick_mutex_);
    records.swap(pending_);
  }
  std::vector<Record> again;
  for (Record& record : records) {
    const SubmitResult result = Replicate(record);
    if (result.status.ok() || result.status.code() == Code::kAborted) continue;
    LogWarning("could not append a record of type {}: {}", static_cast<int>(record.type),
               result.status.ToString());
    // Others may be waiting for an outcome; a digest more or less is nothing.
    if (record.type == RecordType::kIsolatedOutcome) again.push_back(std::move(record));
  }
  if (again.empty()) return;
  MutexLock lock(tick_mutex_);
  for (Record& record : again) pending_.push_back(std::move(record));
}

void Replicator::ExpelSilent() {
  if (paused_ || unread_) return;  // it looks at an old view; others see to it
  const auto hints = backend_.ListHints(kHeartbeatPrefix);
  if (!hints.ok()) {
    LogWarning("heartbeats can't be read: {}", hints.status().ToString());
    return;
  }
  std::map<NodeId, uint64_t> counters;
  for (const storage::Hint& hint : *hints) {
    const auto id = Uuid::Parse(hint.name.substr(sizeof(kHeartbeatPrefix) - 1));
    Decoder decoder(hint.value);
    const auto counter = decoder.Int<uint64_t>();
    if (id.has_value() && decoder.done()) counters.emplace(NodeId{*id}, counter);
  }
  for (const Member& member : leases_->Tick(view(), counters)) {
    ViewChange expel;
    expel.kind = ViewChange::Kind::kExpel;
    expel.subject = member.id;
    expel.subject_joined = member.joined;
    const Bytes payload = EncodeViewChange(expel);
    Record record;
    record.type = RecordType::kView;
    record.payload = payload;
    // The verdict would have to wait while this node is paused, and its heartbeat with it.
    const SubmitResult result = Replicate(record, /*wants_verdict=*/false);
    if (!result.status.ok()) {
      LogWarning("could not expel node '{}': {}", member.name, result.status.ToString());
      continue;
    }
    LogInfo("expelled node '{}' ({}): silent for {} ms", member.name, member.id,
            config_.tick_ms * config_.lease_ticks);
    const Status gone = backend_.DeleteHint(kHeartbeatPrefix + member.id.uuid.ToString());
    if (!gone.ok()) LogWarning("stale heartbeat stays: {}", gone.ToString());
  }
}

}  // namespace borealis::replication

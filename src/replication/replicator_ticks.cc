// Replicator: what happens by itself, every tick_ms: heartbeat, expulsion of silent members, idle
// marker, digests, and reading the log should nobody else do it.
#include "base/codec.h"
#include "base/log.h"
#include "replication/replicator.h"

namespace borealis::replication {
namespace {

constexpr char kHintPrefix[] = "member.";

}  // namespace

void Replicator::TickLoop() {
  for (uint64_t n = 1;; ++n) {
    Tick(n);
    MutexLock lock(tick_mutex_);
    if (stopping_) return;
    if (pending_.empty()) tick_wake_.WaitFor(tick_mutex_, config_.tick_ms * 1'000'000);
    if (stopping_) return;
  }
}

void Replicator::Tick(uint64_t n) {
  AppendPending();
  const int64_t now_ns = clock_.MonotonicNs();
  if (n > 1 && now_ns - last_tick_ns_ < config_.tick_ms * 900'000) return;  // woken for an append
  last_tick_ns_ = now_ns;

  Bytes counter;
  Encoder(counter).Int(n);
  const Status beat = backend_.PutHint(kHintPrefix + self_.uuid.ToString(), counter);
  if (!beat.ok()) LogWarning("heartbeat failed: {}", beat.ToString());
  ExpelSilent();
  const Status marker = log_.WriteIdleMarker();
  if (!marker.ok() && marker.code() != Code::kNoSpace) {
    LogWarning("idle marker failed: {}", marker.ToString());
  }
  const Status read = ReadLog();
  if (!read.ok()) LogError("reading the log failed: {}", read.ToString());
}

void Replicator::AppendPending() {
  std::vector<Record> records;
  {
    MutexLock lock(tick_mutex_);
    records.swap(pending_);
  }
  for (Record& record : records) {
    const SubmitResult result = Replicate(record);
    if (result.status.ok() || result.status.code() == Code::kAborted) continue;
    LogWarning("could not append a record of type {}: {}", static_cast<int>(record.type),
               result.status.ToString());
  }
}

void Replicator::ExpelSilent() {
  const auto hints = backend_.ListHints(kHintPrefix);
  if (!hints.ok()) {
    LogWarning("heartbeats can't be read: {}", hints.status().ToString());
    return;
  }
  std::map<NodeId, uint64_t> counters;
  for (const storage::Hint& hint : *hints) {
    const auto id = Uuid::Parse(hint.name.substr(sizeof(kHintPrefix) - 1));
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
    const SubmitResult result = Replicate(record);
    if (!result.status.ok()) {
      LogWarning("could not expel node '{}': {}", member.name, result.status.ToString());
      continue;
    }
    LogWarning("expelled node '{}' ({}) at seqno {}: silent for {} ms", member.name, member.id,
               result.seqno, config_.tick_ms * config_.lease_ticks);
    const Status gone = backend_.DeleteHint(kHintPrefix + member.id.uuid.ToString());
    if (!gone.ok()) LogWarning("stale heartbeat stays: {}", gone.ToString());
  }
}

}  // namespace borealis::replication

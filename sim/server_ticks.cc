// Server: what happens by itself every tick.
#include "base/codec.h"
#include "sim/server.h"

namespace borealis::sim {

namespace {

constexpr char kHeartbeatPrefix[] = "member.";

}  // namespace

void Server::Tick() {
  if (phase_ != Phase::kActive && phase_ != Phase::kLeaving) return;
  SubmitAuxiliary();
  static_cast<void>(FlushRollbacks());
  Bytes counter;
  Encoder(counter).Int(++ticks_);
  static_cast<void>(backend_->PutHint(kHeartbeatPrefix + self_.uuid.ToString(), counter));
  ExpelSilent();
  const auto before = log_->DurableEnd();
  static_cast<void>(log_->WriteIdleMarker());
  const auto after = log_->DurableEnd();
  if (before.ok() && after.ok() && !(*before == *after)) world_.stats.idle_markers += 1;
}

void Server::SubmitAuxiliary() {
  for (Record& record : auxiliary_) submitter_->Submit(std::move(record));
  auxiliary_.clear();
}

void Server::ExpelSilent() {
  const auto hints = backend_->ListHints(kHeartbeatPrefix);
  if (!hints.ok()) return;
  std::map<NodeId, uint64_t> counters;
  for (const storage::Hint& hint : *hints) {
    const auto id = Uuid::Parse(hint.name.substr(sizeof(kHeartbeatPrefix) - 1));
    Decoder decoder(hint.value);
    const auto counter = decoder.Int<uint64_t>();
    if (id.has_value() && decoder.done()) counters.emplace(NodeId{*id}, counter);
  }
  const auto silent = leases_.Tick(core_->certifier().view(), counters);
  if (silent.empty() || (expulsion_ != nullptr && !expulsion_->done)) return;
  ViewChange expel;
  expel.kind = ViewChange::Kind::kExpel;
  expel.subject = silent.front().id;
  expel.subject_joined = silent.front().joined;
  world_.trace.Add("{} expels {}", name_, expel.subject);
  SubmitView(expel, &expulsion_);
}

}  // namespace borealis::sim

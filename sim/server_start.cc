// Server: from attaching to membership, and back.
#include "sim/seeded_bugs.h"
#include "sim/server.h"

namespace borealis::sim {

using certification::Certifier;
using certification::Verdict;

Server::Server(World& world, std::string name, Cache& cache,
               std::unique_ptr<storage::FaultyBackend> backend)
    : world_(world),
      name_(std::move(name)),
      cache_(cache),
      self_{world.random.NextUuid()},
      clock_(world.clock, static_cast<int64_t>(world.random.Below(10'000'000))),
      backend_(std::move(backend)),
      leases_(self_, world.config.lease_ticks),
      clients_(world.config.clients),
      appliers_(world.config.appliers) {
  OwnerId owner = 0;
  for (Client& client : clients_) client.owner = owner++;
  for (Applier& applier : appliers_) applier.owner = owner++;
}

void Server::Stop(Fate fate, const Status& why) {
  if (fate_ != Fate::kRuns) return;
  world_.trace.Add("{} ends: {}", name_, why.ToString());
  fate_ = fate;
}

void Server::Step() {
  switch (phase_) {
    case Phase::kOpening:
      Open();
      break;
    case Phase::kRebuilding:
      Rebuild();
      break;
    case Phase::kRestarting:
    case Phase::kJoining:
      StepJoining();
      break;
    case Phase::kActive:
    case Phase::kLeaving:
      StepRunning();
      break;
  }
  if (!backend_->alive()) Stop(Fate::kDied, {Code::kUnavailable, "killed in a call"});
}

void Server::Open() {
  auto log = log::Log::Open(*backend_, world_.config.log, clock_);
  if (!log.ok()) {
    if (log.status().code() == Code::kCorruption) {
      world_.oracle.Fail("O2 {} can't open the log: {}", name_, log.status().ToString());
    }
    Stop(Fate::kStopped, log.status());
    return;
  }
  log_ = std::move(*log);
  world_.trace.Add("{} is {}, {}data at {}", name_, self_, log_->recovered() ? "recovered, " : "",
                   cache_.position());
  start_ = world_.snapshot;
  if (cache_.position() < start_.seqno) {
    cache_.Restore(start_.seqno, start_.state);
    world_.stats.rebuilt_caches += 1;
  }
  phase_ = Phase::kRebuilding;
}

// Certification state as of the cache's position, from the snapshot or from the beginning.
void Server::Rebuild() {
  if (reader_ == nullptr) {
    const Snapshot& from = start_;
    auto certifier = from.certifier.empty()
                         ? Result<Certifier>(Certifier(world_.config.certification_window))
                         : Certifier::Load(from.certifier);
    CHECK_OK(certifier);
    auto reader = from.certifier.empty() ? log_->NewReaderAfter(Seqno::Zero())
                                         : log_->NewReader(from.position, from.seqno, from.time_us);
    if (!reader.ok()) {
      const Code code = reader.status().code();
      if (code == Code::kCorruption || code == Code::kNotFound || code == Code::kInvalidArgument) {
        world_.oracle.Fail("O2 {} can't read from the snapshot on: {}", name_,
                           reader.status().ToString());
      }
      return;
    }
    reader_ = std::move(*reader);
    core_.emplace(self_, std::move(*certifier));
    submitter_.emplace(world_, name_, self_, *log_, [this] { return ReadToEnd(); });
  }
  for (uint64_t n = world_.random.Between(1, 40); n > 0; --n) {
    if (core_->certifier().seqno() == cache_.position()) break;
    auto entry = reader_->Next();
    if (!entry.ok()) return;
    if (*entry == nullptr) {
      world_.oracle.Fail("O2 {}'s data is at seqno {}, the log ends at {}", name_,
                         cache_.position(), core_->certifier().seqno());
      return;
    }
    Deliver(**entry);
    if (fate_ != Fate::kRuns) return;
  }
  if (core_->certifier().seqno() < cache_.position()) return;
  world_.oracle.CheckState(name_, cache_.position(), cache_.now());
  tracker_.emplace(cache_.position());
  LockStreams();
  phase_ = log_->recovered() ? Phase::kRestarting : Phase::kJoining;
}

void Server::SubmitView(const ViewChange& change, SubmissionPtr* submission) {
  Record record;
  record.type = RecordType::kView;
  record.backing = std::make_shared<Bytes>(EncodeViewChange(change));
  record.payload = *record.backing;
  *submission = submitter_->Submit(std::move(record));
}

void Server::StepJoining() {
  if (view_submission_ == nullptr) {
    // As a non-member: the lease runs from the join on.
    if (!Seeded(SeededBug::kJoinUnread)) {
      const auto end = Read(world_.random.Between(1, 20));
      if (!end.ok() || !*end) return;
    }
    ViewChange change;
    if (phase_ == Phase::kRestarting) {
      const auto chain = log_->ReadChain();
      if (!chain.ok()) return;
      change.kind = ViewChange::Kind::kRestart;
      change.subject_joined = chain->entries.back().before;
    } else {
      change.kind = ViewChange::Kind::kJoin;
      change.joining = {self_, Slot{}, name_, name_ + ":3306", Seqno::Undefined()};
    }
    SubmitView(change, &view_submission_);
    return;
  }
  if (!view_submission_->done) {
    if (world_.random.OneIn(2)) {
      submitter_->Step();
    } else {
      static_cast<void>(Read(world_.random.Between(1, 20)));
    }
    return;
  }
  const Submission done = *view_submission_;
  view_submission_ = nullptr;
  if (!done.status.ok()) {
    Stop(Fate::kStopped, done.status);
  } else if (phase_ == Phase::kRestarting) {
    phase_ = Phase::kJoining;
  } else if (done.outcome.verdict != Verdict::kCommit) {
    world_.oracle.Fail("O6 {} is refused as a member at seqno {}: {}", name_, done.seqno,
                       VerdictName(done.outcome.verdict));
  } else {
    world_.trace.Add("{} joined at {} with slot {}", name_, done.seqno, core_->slot().value);
    phase_ = Phase::kActive;
  }
}

void Server::BeginLeaving() {
  if (phase_ != Phase::kActive) return;
  phase_ = Phase::kLeaving;
  ViewChange leave;
  leave.kind = ViewChange::Kind::kLeave;
  leave.subject = self_;
  SubmitView(leave, &view_submission_);
  world_.trace.Add("{} leaves", name_);
}

void Server::StepLeaving() {
  for (Client& client : clients_) {
    // Others still execute here: an open stream's locks go only when the log says that it ends.
    if (client.state == Client::State::kExecuting) RollBack(client);
    if (client.state != Client::State::kIdle) return;
  }
  if (!view_submission_->done || !submitter_->Idle() || !tracker_->Drained()) return;
  static_cast<void>(backend_->DeleteHint("member." + self_.uuid.ToString()));
  cache_.Shutdown();
  Stop(Fate::kLeft, {Code::kAborted, "left"});
}

void Server::StepRunning() {
  const uint64_t what = world_.random.Below(100);
  if (what < 40) {
    StepClient(clients_[world_.random.Below(clients_.size())]);
  } else if (what < 55) {
    submitter_->Step();
  } else if (what < 68) {
    static_cast<void>(Read(world_.random.Between(1, 10)));
  } else if (what < 94) {
    StepApplier(appliers_[world_.random.Below(appliers_.size())]);
  } else if (what < 96) {
    cache_.MakeDurable(world_.random.Below(8));
  } else if (what < 97) {
    CausalRead();
  } else if (!world_.healing) {
    Tick();
  }
  if (phase_ == Phase::kLeaving && fate_ == Fate::kRuns) StepLeaving();
}

bool Server::Quiet() const {
  if (phase_ != Phase::kActive || fate_ != Fate::kRuns) return false;
  for (const Client& client : clients_) {
    if (client.state != Client::State::kIdle) return false;
  }
  if (probe_wanted_ && !probe_done_) return false;
  return submitter_->Settled() && rollbacks_.empty() && auxiliary_.empty() && tracker_->Drained() &&
         core_->certifier().seqno() == world_.oracle.end();
}

void Server::AppendOnce() {
  if (submitter_) submitter_->Step();
  if (!backend_->alive()) Stop(Fate::kDied, {Code::kUnavailable, "killed in a call"});
}

std::string Server::Describe() const {
  std::string out = fmt::format("phase {}", static_cast<int>(phase_));
  if (!tracker_) return out;
  out += fmt::format(", delivered {} left {} finished {}, {} items, submitter {}",
                     tracker_->delivered(), tracker_->left(), tracker_->finished(), items_.size(),
                     submitter_->Idle() ? "idle" : "busy");
  for (const Client& client : clients_) {
    out += fmt::format(", c{}@{}", static_cast<int>(client.state), client.seqno);
  }
  for (const Applier& applier : appliers_) {
    out += fmt::format(", a{}@{}", static_cast<int>(applier.state),
                       applier.item != nullptr ? applier.item->seqno : Seqno::Undefined());
  }
  return out;
}

}  // namespace borealis::sim

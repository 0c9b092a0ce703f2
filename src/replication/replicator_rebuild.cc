// Replicator: certification state as of the start position, from a checkpoint and the log after it;
// and the checkpoints for the next start.
//
// Every verdict depends on those before it, so the state must be exactly that of the log. A
// checkpoint that is not (damaged, of another volume, at a place where the log does not count as it
// says, or with a history that a digest in the log contradicts) is passed over for an older one,
// and at last for the whole log.
#include "base/log.h"
#include "log/chain.h"
#include "replication/replicator.h"
#include "snapshot/publish.h"
#include "snapshot/snapshot_state.h"

namespace borealis::replication {

using certification::Certifier;

namespace {

// Whether another source may do better. Anything else is a failure of the volume.
bool IsFaultOfSource(const Status& status) {
  return status.code() == Code::kCorruption || status.code() == Code::kInternal ||
         status.code() == Code::kNotFound || status.code() == Code::kUnsupported ||
         status.code() == Code::kInvalidArgument;
}

}  // namespace

Status Replicator::Rebuild() {
  MutexLock lock(read_mutex_);
  std::vector<Seqno> own;
  if (config_.checkpoints != nullptr) {
    const auto listed = config_.checkpoints->List();
    if (listed.ok()) own = *listed;
    if (!listed.ok()) LogWarning("own checkpoints: {}", listed.status().ToString());
  }
  const auto snapshots = snapshot::ListSnapshots(backend_);
  if (!snapshots.ok()) LogWarning("snapshots: {}", snapshots.status().ToString());
  const auto sources =
      OrderSources(config_.start, own, snapshots.ok() ? *snapshots : std::vector<Seqno>());
  for (const StateSource& source : sources) {
    const int64_t from_ns = clock_.MonotonicNs();
    Status status = Begin(source);
    if (status.ok()) {
      core_->SkipRecords(config_.skipped);
      status = CertifyToStart();
    }
    if (status.ok()) {
      LogInfo("certification state at seqno {} from {} and the log after it, in {} ms",
              config_.start, ToString(source), (clock_.MonotonicNs() - from_ns) / 1'000'000);
      start_view_ = core_->certifier().view();
      start_view_.seqno = config_.start;
      PublishState();
      return Status::Ok();
    }
    if (source == sources.back() || !IsFaultOfSource(status) || past_end_) {
      return past_end_ ? status
                       : status.WithContext(fmt::format("certification state at seqno {} can't be "
                                                        "rebuilt",
                                                        config_.start));
    }
    LogWarning("certification state can't be had from {}, trying the one before: {}",
               ToString(source), status.ToString());
  }
  return {Code::kInternal, "no source of certification state"};
}

// core_, reader_ and needed_ as of the source.
Status Replicator::Begin(const StateSource& source) {
  const log::Identity& identity = log_.identity();
  if (source.kind == StateSource::Kind::kLog) {
    ASSIGN_OR_RETURN(reader_, log_.NewReaderAfter(Seqno::Zero()));
    needed_ = reader_->position();
    core_ = std::make_unique<Core>(self_, Certifier(identity.certification_window));
    return Status::Ok();
  }
  ASSIGN_OR_RETURN(
      const snapshot::Checkpoint checkpoint,
      source.kind == StateSource::Kind::kCheckpoint
          ? config_.checkpoints->Get(source.seqno)
          : snapshot::ReadSnapshotState(backend_, source.seqno, identity.volume, config_.keys));
  if (checkpoint.volume != identity.volume) {
    return {Code::kInvalidArgument,
            fmt::format("it is of volume {}", checkpoint.volume.ToString())};
  }
  ASSIGN_OR_RETURN(Certifier certifier, Certifier::LoadAt(checkpoint.certifier, source.seqno,
                                                          identity.certification_window));
  ASSIGN_OR_RETURN(const log::Chain chain, log_.ReadChain());
  RETURN_IF_ERROR(log::CheckPlace(chain, checkpoint.position, source.seqno));
  ASSIGN_OR_RETURN(reader_, log_.NewReader(checkpoint.position, source.seqno, 0));
  needed_ = checkpoint.position;
  core_ = std::make_unique<Core>(self_, std::move(certifier));
  return Status::Ok();
}

Status Replicator::CertifyToStart() {
  while (reader_->seqno() < config_.start) {
    ASSIGN_OR_RETURN(const LogEntry* entry, reader_->Next());
    if (entry == nullptr) {
      past_end_ = true;
      return {Code::kInvalidArgument,
              fmt::format("this server's data is at seqno {}, but the log ends at {}: the data is "
                          "not a cache of this volume; remove it and let it be restored",
                          config_.start, reader_->seqno())};
    }
    RETURN_IF_ERROR(core_->Deliver(*entry).status());
  }
  return Status::Ok();
}

void Replicator::StartCheckpoints() {
  if (config_.checkpoints == nullptr) return;
  checkpointer_ = std::make_unique<Checkpointer>(*config_.checkpoints, clock_, needed_);
}

// By the ticker.
void Replicator::CheckpointIfDue() {
  if (checkpointer_ == nullptr) return;
  if (!read_mutex_.TryLock()) return;
  pace_.Tick();
  if (const auto bytes = checkpointer_->TakeWritten()) pace_.Written(*bytes);
  if (held_ == nullptr && pace_.Due(pipeline_->finished())) {
    const int64_t from_ns = clock_.MonotonicNs();
    checkpointer_->Write(core_->certifier().Copy(), reader_->position());
    pace_.Taken(core_->certifier().seqno());
    LogDebug("copied {} claims for a checkpoint in {} us", core_->certifier().key_count(),
             (clock_.MonotonicNs() - from_ns) / 1'000);
  }
  read_mutex_.Unlock();
}

// As of now: everything read will be finished before the server ends, and the own departure, which
// the server is not told of, is not read yet.
void Replicator::CheckpointForNextStart() {
  if (checkpointer_ == nullptr || held_ != nullptr) return;
  checkpointer_->Write(core_->certifier().Copy(), reader_->position());
}

}  // namespace borealis::replication

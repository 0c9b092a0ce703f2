#include "provider/provider.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <random>
#include <utility>

#include "base/log.h"
#include "encryption/key_ring.h"
#include "log/identity.h"
#include "log/skips.h"
#include "provider/adopted_gtid.h"
#include "provider/start_signal.h"
#include "provider/unaided_start.h"
#include "storage/local/local_backend.h"

namespace borealis::provider {
namespace {

// The rest of a start after the first view takes some milliseconds. Without the signal we go on.
constexpr int64_t kStartSignalMsMax = 10'000;
constexpr size_t kReadAheadFactor = 4;  // of what holds local clients back

Uuid FromAbi(const abi::UuidBytes& bytes) {
  Uuid uuid;
  std::memcpy(uuid.bytes.data(), bytes.data, uuid.bytes.size());
  return uuid;
}

std::string OrEmpty(const char* text) { return text == nullptr ? std::string() : text; }

// Who started a replica wants its directory; nobody else has a use for it. `starter` 0: not told.
Status EndWith(pid_t starter) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (starter == 0 || getppid() == starter) return Status::Ok();
  return {Code::kUnavailable, "the process that started this replica ended before"};
}

// The agent hands the environment down that names the master key.
Result<std::unique_ptr<encryption::KeyRing>> OpenKeys(storage::Backend& backend) {
  ASSIGN_OR_RETURN(const log::Identity identity, log::ReadIdentity(backend));
  if (!identity.encrypted()) return std::unique_ptr<encryption::KeyRing>();
  return encryption::KeyRing::Open(backend, identity.volume,
                                   encryption::KeySource::FromEnvironment(), SystemClock());
}

}  // namespace

Result<std::unique_ptr<Provider>> Provider::Create(const abi::InitArgs& args) {
  ASSIGN_OR_RETURN(Options options, Options::Parse(OrEmpty(args.options)));
  return std::unique_ptr<Provider>(new Provider(args, options));
}

Provider::Provider(const abi::InitArgs& args, Options options)
    : callbacks_{args.app, args.connected, args.view, args.apply, args.synced, args.logger},
      node_name_(OrEmpty(args.node_name)),
      node_incoming_(OrEmpty(args.node_incoming)),
      proto_ver_(args.proto_ver),
      cache_(OrEmpty(args.data_dir), OrEmpty(args.node_name)),
      unanswered_(SystemClock()),
      disk_faults_(SystemClock(), std::random_device()()),
      held_sources_(SystemClock(), std::random_device()()),
      options_(options) {
  ActOn(options);
  if (barrier_.found() == SnapshotBarrier::Found::kNothing) {
    LogWarning(
        "this server does not export its lock of ordered commits: consistent snapshots may "
        "lack a transaction and show its successor");
  }
  MutexLock lock(mutex_);
  if (args.state_id != nullptr) {
    position_ = Seqno{args.state_id->seqno};
    position_volume_ = FromAbi(args.state_id->uuid);
  }
}

Provider::~Provider() {
  if (leaving_.joinable()) leaving_.join();
}

uint32_t Provider::capabilities() const {
  return abi::kCapMultiMaster | abi::kCapCertification | abi::kCapParallelApplying |
         abi::kCapTrxReplay | abi::kCapIsolation | abi::kCapPause | abi::kCapCausalReads |
         abi::kCapIncrementalWriteSet | abi::kCapStreaming;
}

Options Provider::options() const {
  MutexLock lock(mutex_);
  return options_;
}

void Provider::ActOn(const Options& options) {
  SetLogLevel(options.debug ? LogLevel::kDebug : LogLevel::kInfo);
  barrier_.Enable(options.snapshot_barrier);
  apply_patience_ns_ = int64_t{options.apply_patience_ms} * 1'000'000;
}

Status Provider::UpdateOptions(std::string_view text) {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(options_.Update(text));
  ActOn(options_);
  const std::optional<int64_t> hold_after = std::exchange(options_.hold_after, std::nullopt);
  return hold_after ? HoldAfter(Seqno{*hold_after}) : Status::Ok();
}

Status Provider::HoldAfter(Seqno seqno) {
  replication::Replicator* replicator = this->replicator();
  if (replicator == nullptr) return {Code::kUnavailable, "not connected to a volume"};
  if (seqno == Seqno::Zero()) {
    replicator->ReleaseHold();
  } else if (!replicator->HoldAfter(seqno)) {
    return {Code::kInvalidArgument, fmt::format("can't hold after seqno {}: it left", seqno)};
  }
  return Status::Ok();
}

Status Provider::Connect(std::string_view url, bool bootstrap) {
  if (replicator() != nullptr) return {Code::kAlreadyExists, "already connected"};
  ASSIGN_OR_RETURN(const Address address, Address::Parse(url));
  ASSIGN_OR_RETURN(std::unique_ptr<Session> session, OpenVolume(address, bootstrap));
  volume_ = session->log->identity().volume;

  ASSIGN_OR_RETURN(const std::vector<log::Skip> skips, log::ReadSkips(*session->backend));
  const std::vector<Seqno> skipped = log::SkippedSeqnos(skips);
  ASSIGN_OR_RETURN(const Seqno start, StartPosition(*session, skipped));
  const Options options = this->options();
  replication::ReplicatorConfig config;
  config.name = node_name_;
  config.endpoint = node_incoming_;
  config.slot = Slot{static_cast<uint16_t>(options.slot)};
  config.start = start;
  config.skipped = {skipped.begin(), skipped.end()};
  config.tick_ms = options.tick_ms;
  config.lease_ticks = options.lease_ms / options.tick_ms;
  config.backlog_items_max = options.backlog_items_max;
  session->checkpoints =
      std::make_unique<snapshot::CheckpointStore>(cache_.directory(), volume_, session->keys.get());
  config.keys = session->keys.get();
  config.checkpoints = session->checkpoints.get();
  config.checkpoint_bytes = uint64_t{options.checkpoint_kib} << 10;
  if (options.replica) {
    config.replica_until = Seqno{static_cast<int64_t>(options.stop_at)};
    RETURN_IF_ERROR(EndWith(static_cast<pid_t>(options.parent)));
  }
  config.read_ahead_items_max = size_t{options.backlog_items_max} * kReadAheadFactor;
  state_ = LocalState::kJoining;
  auto started = replication::Replicator::Start(*session->backend, *session->log, config, *this,
                                                SystemClock());
  // The cache is as good as any, but no verdict about what follows it can be known.
  if (started.status().code() == Code::kNotFound) {
    cache_.MarkInconsistent(start, started.status().message());
  }
  ASSIGN_OR_RETURN(session->replicator, std::move(started));
  MutexLock lock(mutex_);
  held_sources_.Begin();
  start_view_given_ = start_view_done_ = false;
  position_ = start;
  sessions_.push_back(std::move(session));
  current_ = sessions_.back()->replicator.get();
  return DeliverConnected(*sessions_.back());
}

Result<std::unique_ptr<Session>> Provider::OpenVolume(const Address& address, bool bootstrap) {
  const Options options = this->options();
  storage::LocalOptions local;
  local.segment_bytes_max = (uint64_t{options.segment_mib} + 1) << 20;
  auto session = std::make_unique<Session>();
  const bool exists = storage::LocalBackend::IsVolume(address.directory);
  if (!exists && !bootstrap) {
    return Status(
        Code::kNotFound,
        fmt::format("no volume at {}: make one with 'borealis volume create'", address.directory));
  }
  if (!exists) RETURN_IF_ERROR(storage::LocalBackend::Create(address.directory, local));
  ASSIGN_OR_RETURN(session->backend, storage::LocalBackend::Open(address.directory, local));
  session->created = !exists;
  // Whoever recovers the log must tell the members, and a replica writes nothing: what it is for
  // must not outlive the moment (a restore, but no snapshot).
  if (options.replica && !options.alone && session->backend->NeedsRecovery()) {
    return Status(Code::kUnavailable, "no server is attached to the volume: start a node first");
  }
  if (!exists) {
    log::Identity identity;
    identity.volume = Uuid::Random();
    identity.created_us = SystemClock().WallUs();
    RETURN_IF_ERROR(log::Log::Create(*session->backend, identity, SystemClock()));
  }
  log::Options log_options;
  log_options.segment_bytes = uint64_t{options.segment_mib} << 20;
  log_options.payload_bytes_max = options.write_set_bytes_max;
  ASSIGN_OR_RETURN(session->keys, OpenKeys(*session->backend));
  log_options.keys = session->keys.get();
  ASSIGN_OR_RETURN(session->log, log::Log::Open(*session->backend, log_options, SystemClock()));
  return session;
}

// Where the server's data stands. Guessing would replay what it has or miss what it lacks.
Result<Seqno> Provider::StartPosition(const Session& session, const std::vector<Seqno>& skipped) {
  Seqno position;
  Uuid position_volume;
  {
    MutexLock lock(mutex_);
    position = position_;
    position_volume = position_volume_;
  }
  const Uuid volume = session.log->identity().volume;
  const bool defined = position.IsDefined() && !position_volume.IsNil();
  if (defined && position_volume != volume) {
    return Status(Code::kInvalidArgument,
                  fmt::format("the data in {} belongs to volume {}, this is volume {}: start the "
                              "server on its own volume, or remove the data and let it be restored",
                              cache_.directory(), position_volume.ToString(), volume.ToString()));
  }
  if (!defined) {
    ASSIGN_OR_RETURN(const auto state, cache_.Read(volume));
    if (!state.has_value()) {
      RETURN_IF_ERROR(cache_.Claim(volume, Seqno::Undefined(), skipped));
      if (session.created) PublishOwnGenesis(session);
      return Seqno::Zero();
    }
    ASSIGN_OR_RETURN(const log::Chain chain, session.log->ReadChain());
    ASSIGN_OR_RETURN(
        position, PrepareUnaided(*session.backend, session.keys.get(), cache_.directory(), *state,
                                 {chain.entries.front().before, skipped}));
    LogInfo("started without a position: the data in {} is at seqno {}", cache_.directory(),
            position);
  }
  RETURN_IF_ERROR(cache_.Claim(volume, position, skipped));
  return position;
}

// Not having it costs later: a cache that can't be used could not be made anew.
void Provider::PublishOwnGenesis(const Session& session) {
  const auto chain = session.log->ReadChain();
  Status status = chain.status();
  if (status.ok()) {
    status = PublishGenesis(*session.backend, cache_.directory(), volume_,
                            chain->entries.front().segment.id);
  }
  if (!status.ok()) LogWarning("the volume has no snapshot 0: {}", status.ToString());
}

Status Provider::DeliverConnected(const Session& session) {
  const replication::Replicator& replicator = *session.replicator;
  // A view at this seqno takes the server past the state that its main thread waits for
  // (start_signal.h): the first one must be before it, also that of a replica, which never joins.
  View view = replicator.join_view();
  view.seqno = std::max(view.seqno, replicator.start_view().seqno.Next());
  const ViewInfoBuffer info(volume_, view, replicator.self(), proto_ver_, capabilities());
  if (callbacks_.connected(callbacks_.app, info.get()) != abi::kCallbackOk) {
    return {Code::kInternal, "the server refused the connection to the cluster"};
  }
  return Status::Ok();
}

void Provider::Disconnect() {
  EndFaults();
  std::thread leaving;
  {
    MutexLock lock(mutex_);
    leaving = std::move(leaving_);
  }
  replication::Replicator* replicator = this->replicator();
  if (leaving.joinable()) {
    leaving.join();
  } else if (replicator != nullptr) {
    replicator->Close();
  }
}

abi::Status Provider::Receive(void* applier) {
  replication::Replicator* replicator = this->replicator();
  if (replicator == nullptr) return abi::kConnFail;
  DeliverStartView(applier);
  const Status status = replicator->RunApplier(applier);
  return status.ok() ? abi::kOk : abi::kFatal;
}

// The first applier tells the server who is a member as of its start position, and lets its main
// thread take notice; the others wait.
void Provider::DeliverStartView(void* applier) {
  View view;
  {
    MutexLock lock(mutex_);
    while (start_view_given_ && !start_view_done_) start_view_.Wait(mutex_);
    if (start_view_done_) return;
    start_view_given_ = true;
    const replication::Replicator& replicator = *sessions_.back()->replicator;
    view = NeverEmpty(replicator.start_view());
  }
  const Status status = DeliverView(view, applier, ViewUse::kServe);
  if (!status.ok()) Stop(status);
  StartSignal().Await(kStartSignalMsMax);
  AdoptGtidSource(*this->backend());
  MutexLock lock(mutex_);
  start_view_done_ = true;
  start_view_.NotifyAll();
}

// Of the views before the own join this node is no member, and two in a row must not have the same
// members: the server takes that for a cluster that fell apart in between, and rolls back every
// streaming transaction on this node alone. It can't do with a view of nobody, however; where there
// is nobody, nobody's transaction can be rolled back.
View Provider::NeverEmpty(View view) const {
  if (view.members.empty()) {
    view.members.push_back(*replicator()->join_view().Find(replicator()->self()));
  }
  return view;
}

Status Provider::DeliverView(const View& view, void* applier, ViewUse use) {
  MutexLock lock(telling_mutex_);
  if (use == ViewUse::kServe) server_view_ = view;
  return TellView(view, applier, use);
}

Status Provider::TellView(const View& view, void* applier, ViewUse use) {
  const ViewInfoBuffer info(volume_, view, replicator()->self(), proto_ver_, capabilities(), use);
  if (callbacks_.view(callbacks_.app, applier, info.get(), nullptr, 0) != abi::kCallbackOk) {
    return {Code::kInternal,
            fmt::format("the server did not accept the view at seqno {}", view.seqno)};
  }
  return Status::Ok();
}

void Provider::FillMeta(abi::TrxMeta& meta, Seqno seqno, Seqno depends_on, const NodeId& source,
                        uint64_t trx, uint64_t connection) const {
  meta = {};
  if (seqno.IsDefined()) {
    std::memcpy(meta.gtid.uuid.data, volume_.bytes.data(), volume_.bytes.size());
  }
  meta.gtid.seqno = seqno.value;
  std::memcpy(meta.source.node.data, source.uuid.bytes.data(), source.uuid.bytes.size());
  meta.source.trx = trx;
  meta.source.connection = connection;
  meta.depends_on = depends_on.value;
}

}  // namespace borealis::provider

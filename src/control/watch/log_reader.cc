#include "control/watch/log_reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <functional>

#include "node/volume.h"
#include "snapshot/checkpoint_store.h"
#include "snapshot/publish.h"
#include "snapshot/snapshot_state.h"

namespace borealis::control {
namespace {

using certification::Certifier;

// Where state lies, and how to get it.
struct Source {
  Seqno seqno;
  std::function<Result<snapshot::Checkpoint>()> read;
};

}  // namespace

Result<std::unique_ptr<LogReader>> LogReader::Open(
    const std::string& volume, const std::vector<std::string>& data_directories) {
  std::unique_ptr<LogReader> reader(new LogReader());
  ASSIGN_OR_RETURN(reader->volume_, node::LookAtVolume(volume));
  ASSIGN_OR_RETURN(reader->keys_, node::OpenVolumeKeys(*reader->volume_));
  ASSIGN_OR_RETURN(reader->follower_,
                   log::LogFollower::Open(*reader->volume_, reader->keys_.get()));
  RETURN_IF_ERROR(reader->Begin(data_directories));
  return reader;
}

Status LogReader::Begin(const std::vector<std::string>& data_directories) {
  const Uuid uuid = follower_->identity().volume;
  std::vector<Source> sources;
  for (const std::string& directory : data_directories) {
    const snapshot::CheckpointStore store(directory, uuid, keys_.get());
    const auto listed = store.List();
    if (!listed.ok()) continue;
    for (const Seqno seqno : *listed) {
      sources.push_back(
          {seqno, [this, directory, uuid, seqno] {
             return snapshot::CheckpointStore(directory, uuid, keys_.get()).Get(seqno);
           }});
    }
  }
  ASSIGN_OR_RETURN(const std::vector<Seqno> snapshots, snapshot::ListSnapshots(*volume_));
  for (const Seqno seqno : snapshots) {
    if (seqno == Seqno::Zero()) continue;  // the same as the log's beginning
    sources.push_back({seqno, [this, uuid, seqno] {
                         return snapshot::ReadSnapshotState(*volume_, seqno, uuid, keys_.get());
                       }});
  }
  std::stable_sort(sources.begin(), sources.end(),
                   [](const Source& a, const Source& b) { return a.seqno > b.seqno; });
  // One that is damaged, or went away meanwhile, is passed over for an older one.
  for (const Source& source : sources) {
    if (BeginAt(source.read()).ok()) return Status::Ok();
  }
  certifier_ = std::make_unique<Certifier>(follower_->identity().certification_window);
  return follower_->BeginAtFirst();
}

Status LogReader::BeginAt(const Result<snapshot::Checkpoint>& checkpoint) {
  RETURN_IF_ERROR(checkpoint.status());
  if (checkpoint->volume != follower_->identity().volume) {
    return {Code::kInvalidArgument, "of another volume"};
  }
  ASSIGN_OR_RETURN(Certifier certifier,
                   Certifier::LoadAt(checkpoint->certifier, checkpoint->seqno,
                                     follower_->identity().certification_window));
  RETURN_IF_ERROR(follower_->Begin(checkpoint->position, checkpoint->seqno));
  certifier_ = std::make_unique<Certifier>(std::move(certifier));
  return Status::Ok();
}

Result<std::optional<RecordView>> LogReader::Next() {
  const LogEntry* entry = nullptr;
  do {
    ASSIGN_OR_RETURN(entry, follower_->Next());
    if (entry == nullptr) return std::optional<RecordView>();
  } while (!IsOrdered(entry->record.type));
  if (certifier_->MemoryBytes() > kStateBytesMax) {
    return Status(Code::kNoSpace,
                  "transactions of this cluster touch too many rows to be followed "
                  "here");
  }
  const View before = certifier_->view();
  const certification::Outcome outcome = certifier_->Certify(entry->seqno, entry->record);
  std::optional<RecentClaims::Winner> winner;
  if (outcome.verdict == certification::Verdict::kConflict) {
    winner = claims_.FindWinner(entry->record);
  }
  if (outcome.verdict == certification::Verdict::kCommit) {
    claims_.Enter(entry->seqno, entry->record);
  }
  return std::optional(DescribeRecord(*entry, outcome.verdict, before, winner));
}

}  // namespace borealis::control

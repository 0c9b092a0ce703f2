#include "node/volume.h"

#include <fmt/core.h>

#include "base/clock.h"
#include "log/chain.h"
#include "log/identity.h"
#include "log/segment_scan.h"
#include "log/skips.h"
#include "node/layout.h"
#include "storage/local/local_backend.h"

namespace borealis::node {

Result<std::string> ParseVolumeName(const std::string& name) {
  constexpr std::string_view kScheme = "volume://";
  if (name.starts_with(kScheme)) {
    const std::string directory = name.substr(kScheme.size());
    if (directory.starts_with('/')) return AbsolutePath(directory);
    return Status(Code::kInvalidArgument, name + ": give volume:///absolute/directory");
  }
  if (name.empty()) return Status(Code::kInvalidArgument, "give the volume's directory");
  if (name.find("://") != std::string::npos) {
    return Status(Code::kInvalidArgument,
                  name + ": only directories are supported; give one, or volume:///DIRECTORY");
  }
  return AbsolutePath(name);
}

Result<std::unique_ptr<storage::Backend>> LookAtVolume(const std::string& directory) {
  if (!storage::LocalBackend::IsVolume(directory)) {
    return Status(Code::kNotFound,
                  fmt::format("{} is no volume; `borealis volume create {}` makes one", directory,
                              directory));
  }
  return storage::LocalBackend::OpenReadOnly(directory);
}

Result<std::unique_ptr<storage::Backend>> AttachVolume(const std::string& directory) {
  auto backend = storage::LocalBackend::Open(directory);
  RETURN_IF_ERROR(backend.status());
  return std::unique_ptr<storage::Backend>(std::move(backend).value());
}

Result<std::unique_ptr<storage::Backend>> AttachVolume(const std::string& directory,
                                                       uint64_t segment_bytes_max) {
  storage::LocalOptions options;
  options.segment_bytes_max = segment_bytes_max;
  auto backend = storage::LocalBackend::Open(directory, options);
  RETURN_IF_ERROR(backend.status());
  return std::unique_ptr<storage::Backend>(std::move(backend).value());
}

Result<std::unique_ptr<storage::LocalBackend>> AttachForUpkeep(const std::string& directory,
                                                               uint64_t segment_bytes_max) {
  storage::LocalOptions options;
  options.segment_bytes_max = segment_bytes_max;
  options.use_reserve = true;
  return storage::LocalBackend::Open(directory, options);
}

Result<std::unique_ptr<encryption::KeyRing>> OpenVolumeKeys(storage::Backend& volume) {
  ASSIGN_OR_RETURN(const log::Identity identity, log::ReadIdentity(volume));
  if (!identity.encrypted()) return std::unique_ptr<encryption::KeyRing>();
  return encryption::KeyRing::Open(volume, identity.volume,
                                   encryption::KeySource::FromEnvironment(), SystemClock());
}

Result<std::unique_ptr<encryption::KeyRing>> OpenVolumeKeysIfNamed(storage::Backend& volume) {
  if (encryption::KeySource::FromEnvironment().given()) return OpenVolumeKeys(volume);
  return std::unique_ptr<encryption::KeyRing>();
}

Result<LogBounds> ReadLogBounds(storage::Backend& volume) {
  ASSIGN_OR_RETURN(const log::Identity identity, log::ReadIdentity(volume));
  ASSIGN_OR_RETURN(const log::Chain chain, log::ReadChainRegister(volume, identity.volume));
  const log::ChainEntry& open = chain.entries.back();
  ASSIGN_OR_RETURN(const storage::SegmentState state, volume.State(open.segment));
  // Where nobody is attached the bytes must tell where they end.
  const bool end_known = state.written_end > 0;
  ASSIGN_OR_RETURN(
      const Bytes bytes,
      volume.ReadRaw(open.segment, 0,
                     end_known ? state.durable_end : volume.traits().segment_bytes_max));
  const log::BatchSeeds seeds(identity.volume, open.segment, volume.traits().positioned_appends,
                              identity.encrypted());
  const log::SegmentScan scan = log::ScanSegment(bytes, seeds, open, state.durable_end, {});
  if (scan.tail == log::SegmentTail::kCorrupt) {
    return Status(scan.code, fmt::format("{}: segment {} offset {}: {}", volume.Describe(),
                                         open.segment.id, scan.valid_end, scan.reason));
  }
  LogBounds bounds{chain.entries.front().before, scan.count.seqno, scan.valid_end, {}};
  ASSIGN_OR_RETURN(const std::vector<log::Skip> skips, log::ReadSkips(volume));
  bounds.skipped = log::SkippedSeqnos(skips);
  return bounds;
}

}  // namespace borealis::node

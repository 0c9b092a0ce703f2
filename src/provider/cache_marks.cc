#include "provider/cache_marks.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

#include "base/log.h"

namespace borealis::provider {

using snapshot::CacheCondition;
using snapshot::CacheState;

namespace {

std::string WithoutSlash(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

}  // namespace

CacheMarks::CacheMarks(std::string data_directory, std::string node_name)
    : directory_(WithoutSlash(std::move(data_directory))), node_name_(std::move(node_name)) {}

Result<std::optional<CacheState>> CacheMarks::Read(const Uuid& volume) const {
  auto state = snapshot::ReadCacheState(directory_);
  if (state.status().code() == Code::kNotFound) {
    RETURN_IF_ERROR(CheckFresh());
    return std::optional<CacheState>();
  }
  RETURN_IF_ERROR(state.status());
  if (state->volume != volume) {
    return Status(Code::kInvalidArgument,
                  fmt::format("{} is a cache of volume {}, this is volume {}: start the server on "
                              "its own volume, or remove the directory and let it be restored",
                              directory_, state->volume.ToString(), volume.ToString()));
  }
  return std::optional(std::move(*state));
}

Status CacheMarks::Claim(const Uuid& volume, Seqno position, const std::vector<Seqno>& skipped) {
  CacheState state;
  const bool known = snapshot::ReadCacheState(directory_).status().code() != Code::kNotFound;
  if (known) {
    ASSIGN_OR_RETURN(const auto read, Read(volume));
    state = *read;
    RETURN_IF_ERROR(CheckUsable(state, position, skipped));
  } else {
    if (!position.IsDefined()) RETURN_IF_ERROR(CheckFresh());
    state.volume = volume;
    state.node = node_name_;
  }
  // From here on no record of the list is applied.
  const auto skips = static_cast<uint32_t>(skipped.size());
  if (!known || state.skips != skips) {
    state.skips = skips;
    RETURN_IF_ERROR(snapshot::WriteCacheState(directory_, state, snapshot::Durability::kDurable));
  }
  ASSIGN_OR_RETURN(file_, snapshot::CacheStateFile::Open(directory_));
  return Status::Ok();
}

Status CacheMarks::CheckUsable(const CacheState& state, Seqno position,
                               const std::vector<Seqno>& skipped) const {
  if (state.condition != CacheCondition::kSafe) {
    return {Code::kInvalidArgument,
            fmt::format("{} can't be used, it is {} since seqno {}{}{}: remove it and let it be "
                        "restored",
                        directory_, snapshot::CacheConditionName(state.condition), state.at,
                        state.reason.empty() ? "" : ": ", state.reason)};
  }
  if (!position.IsDefined()) {
    return {Code::kInvalidArgument, fmt::format("{} was used and has no position", directory_)};
  }
  if (position < state.last_isolated) {
    return {Code::kInvalidArgument,
            fmt::format("{} came back at seqno {}, before the statement at seqno {} that it has "
                        "run: remove it and let it be restored",
                        directory_, position, state.last_isolated)};
  }
  if (const auto held = snapshot::HeldSkipped(state, position, skipped)) {
    return {Code::kInvalidArgument,
            fmt::format("{} holds the record at seqno {}, which was skipped since: remove it and "
                        "let it be restored",
                        directory_, *held)};
  }
  return Status::Ok();
}

// A directory without a mark and without a position may only be as the installer made it.
Status CacheMarks::CheckFresh() const {
  constexpr std::array<std::string_view, 5> kSystem = {"mysql", "performance_schema", "sys", "test",
                                                       "mtr"};
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory_, error)) {
    const std::string name = entry.path().filename();
    if (!entry.is_directory(error) || name.starts_with('#') || name.starts_with('.')) continue;
    if (std::find(kSystem.begin(), kSystem.end(), name) != kSystem.end()) continue;
    return {Code::kInvalidArgument,
            fmt::format("{} holds database '{}', which is in no volume: start on an empty data "
                        "directory and load the database through SQL",
                        directory_, name)};
  }
  return Status::Ok();
}

Status CacheMarks::BeginUnsafe(Seqno seqno) { return file_->MarkUnsafe(seqno); }

void CacheMarks::EndUnsafe(Seqno seqno) {
  const Status status = file_->MarkSafe(seqno);
  if (status.ok()) return;
  LogWarning("{} stays marked unsafe ({}): should this server crash, its cache is rebuilt",
             directory_, status.ToString());
}

void CacheMarks::MarkInconsistent(Seqno seqno, const std::string& reason) {
  if (file_ == nullptr) return;
  const Status status = file_->MarkInconsistent(seqno, reason);
  if (!status.ok()) LogError("{} can't be marked inconsistent: {}", directory_, status.ToString());
}

void CacheMarks::MarkDiscarded(const std::string& reason) {
  if (file_ == nullptr) return;
  const Status status = file_->MarkDiscarded(reason);
  if (!status.ok()) LogError("{} can't be marked discarded: {}", directory_, status.ToString());
}

}  // namespace borealis::provider

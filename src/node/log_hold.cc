#include "node/log_hold.h"

#include <vector>

#include "log/member_position.h"
#include "node/volume.h"

namespace borealis::node {
namespace {

constexpr int64_t kForgottenUs = 86'400'000'000;

}  // namespace

LogHold::LogHold(std::string volume, std::string reader, const Position& needed, const Clock& clock)
    : volume_(std::move(volume)), name_(log::kPositionPrefix + Uuid::Random().ToString()) {
  const auto backend = Attach();
  if (backend == nullptr) return;
  const auto hints = backend->ListHints(log::kPositionPrefix);
  for (const storage::Hint& hint : hints.ok() ? *hints : std::vector<storage::Hint>{}) {
    const auto left = log::DecodeMemberPosition(hint.value);
    const bool stale =
        left.ok() && left->name == reader && left->updated_us < clock.WallUs() - kForgottenUs;
    if (stale) (void)backend->DeleteHint(hint.name);
  }
  const Bytes hint = log::EncodeMemberPosition({.finished = Seqno::Zero(),
                                                .needed = needed,
                                                .updated_us = clock.WallUs(),
                                                .name = reader,
                                                .endpoint = ""});
  held_ = backend->PutHint(name_, hint).ok();
}

LogHold::~LogHold() {
  if (!held_) return;
  if (const auto backend = Attach()) (void)backend->DeleteHint(name_);
}

std::unique_ptr<storage::Backend> LogHold::Attach() const {
  auto backend = AttachVolume(volume_);
  if (!backend.ok() || (*backend)->NeedsRecovery()) return nullptr;
  return std::move(*backend);
}

}  // namespace borealis::node

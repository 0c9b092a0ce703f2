#include "node/restore_window.h"

#include <fmt/core.h>

#include "log/chain.h"
#include "log/identity.h"
#include "node/time_text.h"
#include "snapshot/publish.h"

namespace borealis::node {
namespace {

Status Outside(const std::string& what, const RestoreWindow& window, std::string_view hint) {
  return {Code::kInvalidArgument, fmt::format("{}: this volume can be restored to any point from "
                                              "{}{}",
                                              what, window.ToString(), hint)};
}

constexpr std::string_view kTrimmedHint =
    "; what is older was trimmed (--upkeep retention_minutes) or never was";

}  // namespace

std::string RestoreWindow::ToString() const {
  return fmt::format("seqno {} ({}) to seqno {} ({})", oldest.seqno, FormatMoment(oldest.time_us),
                     newest.seqno, FormatMoment(newest.time_us));
}

Result<RestoreWindow> ReadRestoreWindow(storage::Backend& volume) {
  ASSIGN_OR_RETURN(const log::Identity identity, log::ReadIdentity(volume));
  ASSIGN_OR_RETURN(const log::Chain chain, log::ReadChainRegister(volume, identity.volume));
  ASSIGN_OR_RETURN(const std::vector<Seqno> snapshots, snapshot::ListSnapshots(volume));
  for (const Seqno seqno : snapshots) {
    if (seqno < chain.entries.front().before) continue;
    const auto manifest = snapshot::ReadManifest(volume, seqno);
    if (!manifest.ok() || manifest->volume != identity.volume ||
        !volume.OpenBlob(snapshot::DataBlobName(seqno)).ok()) {
      continue;
    }
    RestoreWindow window;
    ASSIGN_OR_RETURN(window.oldest, log::MomentOf(volume, seqno));
    ASSIGN_OR_RETURN(window.newest, log::NewestMoment(volume));
    window.log_from = manifest->position;
    return window;
  }
  return Status(Code::kNotFound, "the volume has no snapshot that can be used");
}

Result<log::Moment> ResolveRestorePoint(storage::Backend& volume, const RestorePoint& point,
                                        const RestoreWindow& window, int64_t now_us) {
  if (point.seqno.has_value()) {
    const std::string what = fmt::format("no restore to seqno {}", *point.seqno);
    if (*point.seqno < window.oldest.seqno) return Outside(what, window, kTrimmedHint);
    if (*point.seqno > window.newest.seqno) return Outside(what, window, "");
    return log::MomentOf(volume, *point.seqno);
  }
  if (!point.time_us.has_value()) return window.newest;
  const std::string what = "no restore to " + FormatMoment(*point.time_us);
  if (*point.time_us < window.oldest.time_us) return Outside(what, window, kTrimmedHint);
  if (*point.time_us > now_us) {
    return Outside(what + ", which is yet to come", window, "");
  }
  return log::AsOf(volume, *point.time_us);
}

}  // namespace borealis::node

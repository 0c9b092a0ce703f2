#include "cli/describe.h"

#include <fmt/core.h>

#include "base/clock.h"
#include "cli/common.h"
#include "node/restore_window.h"
#include "node/time_text.h"
#include "node/upkeep.h"
#include "snapshot/publish.h"

namespace borealis::cli {

using Json = nlohmann::json;

Result<Json> DescribeSnapshots(storage::Backend& volume) {
  Json list = Json::array();
  ASSIGN_OR_RETURN(const std::vector<Seqno> snapshots, snapshot::ListSnapshots(volume));
  for (const Seqno seqno : snapshots) {
    const auto manifest = snapshot::ReadManifest(volume, seqno);
    if (!manifest.ok()) {
      list.push_back({{"seqno", seqno.value}, {"error", manifest.status().message()}});
      continue;
    }
    list.push_back({{"seqno", seqno.value},
                    {"created_us", manifest->created_us},
                    {"files", manifest->files},
                    {"bytes", manifest->content_bytes},
                    {"stored_bytes", manifest->stream_bytes},
                    {"server", manifest->server_version}});
  }
  return list;
}

void PrintSnapshots(const Json& snapshots, const std::string& indent) {
  for (const Json& s : snapshots) {
    if (s.contains("error")) {
      fmt::print("{}{:<12} {}\n", indent, s["seqno"].get<int64_t>(), s["error"].get<std::string>());
      continue;
    }
    fmt::print("{}{:<12} {}  {} files, {} ({} stored)\n", indent, s["seqno"].get<int64_t>(),
               FormatTime(s["created_us"].get<int64_t>()), s["files"].get<uint64_t>(),
               FormatBytes(s["bytes"].get<uint64_t>()),
               FormatBytes(s["stored_bytes"].get<uint64_t>()));
  }
}

Json DescribeRestorable(storage::Backend& volume) {
  const auto window = node::ReadRestoreWindow(volume);
  if (!window.ok()) return Json{{"error", window.status().message()}};
  const auto moment = [](const log::Moment& m) {
    return Json{
        {"seqno", m.seqno.value}, {"time_us", m.time_us}, {"time", node::FormatMoment(m.time_us)}};
  };
  return Json{{"oldest", moment(window->oldest)}, {"newest", moment(window->newest)}};
}

void PrintRestorable(const Json& restorable) {
  if (restorable.contains("error")) {
    fmt::print("restorable    nothing: {}\n", restorable["error"].get<std::string>());
    return;
  }
  const auto print = [](const char* label, const Json& moment) {
    fmt::print("{:<13} seqno {:<12} {}\n", label, moment["seqno"].get<int64_t>(),
               moment["time"].get<std::string>());
  };
  print("restorable", restorable["oldest"]);
  print("  to", restorable["newest"]);
}

Result<Json> DescribeDisk(storage::Backend& volume, const std::string& directory) {
  const auto facts = node::GatherFacts(volume, directory, SystemClock());
  if (!facts.ok()) return Json{{"error", facts.status().message()}};
  const node::UpkeepPlan plan = node::PlanUpkeep({}, *facts);
  uint64_t stored = 0;
  for (const node::SnapshotFact& snapshot : facts->snapshots) stored += snapshot.stored_bytes;
  Json members = Json::array();
  for (const log::MemberPosition& member : facts->members) {
    members.push_back({{"name", member.name},
                       {"endpoint", member.endpoint},
                       {"finished", member.finished.value},
                       {"needs_log_bytes", node::LogBytesSince(*facts, member.needed)},
                       {"updated_us", member.updated_us}});
  }
  Json exports = Json::array();
  for (const node::ExportState& state : facts->exports) {
    exports.push_back({{"directory", state.directory},
                       {"every_minutes", state.every_minutes},
                       {"until", state.until.value},
                       {"until_time_us", state.until_time_us},
                       {"succeeded_us", state.succeeded_us},
                       {"failed_us", state.failed_us},
                       {"failure", state.failure}});
  }
  return Json{{"log_bytes", node::LogBytes(*facts)},
              {"exports", exports},
              {"snapshot_bytes", stored},
              {"free_bytes", facts->free_bytes},
              {"log_held_by", plan.log_held_by},
              {"members", members},
              {"warnings", plan.warnings}};
}

void PrintDisk(const Json& disk) {
  if (disk.contains("error")) return;  // said elsewhere
  fmt::print("disk          {} of log, {} of snapshots, {} free\n",
             FormatBytes(disk["log_bytes"].get<uint64_t>()),
             FormatBytes(disk["snapshot_bytes"].get<uint64_t>()),
             FormatBytes(disk["free_bytes"].get<uint64_t>()));
  fmt::print("log held by   {}\n", disk["log_held_by"].get<std::string>());
  for (const Json& m : disk["members"]) {
    fmt::print("  {:<11} finished {}, needs {} of the log, heard of {}\n",
               m["name"].get<std::string>(), m["finished"].get<int64_t>(),
               FormatBytes(m["needs_log_bytes"].get<uint64_t>()),
               FormatTime(m["updated_us"].get<int64_t>()));
  }
  for (const Json& e : disk["exports"]) {
    fmt::print("exported      {} up to seqno {} at {}\n", e["directory"].get<std::string>(),
               e["until"].get<int64_t>(), FormatTime(e["succeeded_us"].get<int64_t>()));
  }
  for (const Json& w : disk["warnings"]) fmt::print("warning       {}\n", w.get<std::string>());
}

}  // namespace borealis::cli

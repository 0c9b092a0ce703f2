#include "cli/describe.h"

#include <fmt/core.h>

#include "cli/common.h"
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

}  // namespace borealis::cli

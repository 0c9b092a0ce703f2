#include "node/server_version.h"

#include <fmt/core.h>

#include <charconv>
#include <set>

namespace borealis::node {
namespace {

// Takes a number off the front.
bool TakeNumber(std::string_view& text, int& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || out < 0) return false;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return true;
}

bool TakeDot(std::string_view& text) {
  if (!text.starts_with('.')) return false;
  text.remove_prefix(1);
  return true;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::string ServerRelease::ToString() const { return fmt::format("{}.{}.{}", major, minor, patch); }

Result<ServerRelease> ParseServerVersion(std::string_view text) {
  for (size_t at = 0; at < text.size(); ++at) {
    if (!IsDigit(text[at]) || (at > 0 && (IsDigit(text[at - 1]) || text[at - 1] == '.'))) continue;
    std::string_view rest = text.substr(at);
    ServerRelease version;
    if (TakeNumber(rest, version.major) && TakeDot(rest) && TakeNumber(rest, version.minor) &&
        TakeDot(rest) && TakeNumber(rest, version.patch)) {
      return version;
    }
  }
  return Status(Code::kInvalidArgument, fmt::format("\"{}\" names no server version", text));
}

Status CheckServerVersion(std::string_view volume, std::string_view server) {
  const auto written = ParseServerVersion(volume);
  if (!written.ok()) return Status::Ok();
  ASSIGN_OR_RETURN(const ServerRelease ours, ParseServerVersion(server));
  if (ours.SameSeries(*written)) return Status::Ok();
  return {
      Code::kUnsupported,
      fmt::format("the server is of version {} and the volume of series {}.{}: a volume keeps its "
                  "series; use a server of it, or move to a new volume with `borealis follow` "
                  "(docs/operations.md, Upgrades)",
                  ours.ToString(), written->major, written->minor)};
}

std::string DescribeMixedVersions(const std::vector<std::string>& servers) {
  std::set<ServerRelease> seen;
  for (const std::string& server : servers) {
    if (const auto version = ParseServerVersion(server); version.ok()) seen.insert(*version);
  }
  if (seen.size() < 2) return {};
  std::string list;
  for (const ServerRelease& version : seen) list += (list.empty() ? "" : ", ") + version.ToString();
  return fmt::format(
      "servers of different releases run: {}; that is fine for the time of an upgrade", list);
}

}  // namespace borealis::node

#include "node/binary_log.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "snapshot/files.h"

namespace borealis::node {
namespace {

constexpr char kDefaultName[] = "binlog";
constexpr auto kOn = std::to_array<std::string_view>({"", "1", "ON", "on", "On"});
constexpr auto kOtherSwitches =
    std::to_array<std::string_view>({"0", "OFF", "off", "Off", "FALSE", "false", "TRUE", "true"});

template <size_t kCount>
bool IsAnyOf(std::string_view value, const std::array<std::string_view, kCount>& words) {
  return std::find(words.begin(), words.end(), value) != words.end();
}

bool IsPlainName(std::string_view name) {
  constexpr size_t kBytesMax = 64;
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
  return name.size() <= kBytesMax && name.find_first_not_of(kAllowed) == std::string_view::npos;
}

}  // namespace

std::string BinaryLogName(const std::vector<ServerOption>& fragment) {
  std::string name;
  for (const ServerOption& option : fragment) {
    if (NormalizeOptionName(option.name) != "log_bin") continue;
    name = IsAnyOf(option.value, kOn) ? kDefaultName : option.value;
  }
  return name;
}

std::optional<std::string> CheckBinaryLogName(const ServerOption& option) {
  if (option.name != "log_bin" && option.name != "log-bin") {
    return "write log_bin, or leave it out for no binary log";
  }
  if (IsAnyOf(option.value, kOtherSwitches)) {
    return "write it without a value, or leave it out for no binary log";
  }
  if (IsAnyOf(option.value, kOn) || IsPlainName(option.value)) return std::nullopt;
  return "give a name of letters, digits, '-' and '_': its files lie in the data directory";
}

uint32_t ServerId(const Uuid& volume) {
  const uint64_t hash = Hash64(std::as_bytes(std::span(volume.bytes)), 0);
  return std::max<uint32_t>(1, static_cast<uint32_t>(hash) & INT32_MAX);
}

std::vector<std::string> BinaryLogOptions(const std::string& name) {
  return {
      "--log-bin=" + name,
      "--log-slave-updates=ON",  // what the other nodes wrote, too
      "--wsrep-gtid-mode=ON",   "--sync-binlog=1", "--innodb-flush-log-at-trx-commit=1",
  };
}

bool HasBinaryLog(const std::string& datadir, const std::string& name) {
  return snapshot::PathExists(fmt::format("{}/{}.index", datadir, name));
}

Status BeginBinaryLogAfter(const std::string& datadir, const std::string& name,
                           const std::string& gtid) {
  if (gtid.empty()) return Status::Ok();
  return snapshot::WriteFileAtomically(fmt::format("{}/{}.state", datadir, name),
                                       AsBytes(gtid + "\n"), snapshot::Durability::kDurable);
}

}  // namespace borealis::node

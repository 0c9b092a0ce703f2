#include "node/agent_setup.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>

#include "log/identity.h"
#include "log/skips.h"
#include "node/agent_work.h"
#include "node/server_process.h"
#include "node/slots.h"
#include "node/tls.h"
#include "node/volume.h"
#include "settings/provider_options.h"
#include "snapshot/files.h"

namespace borealis::node {
namespace {

constexpr size_t kStateBytesMax = 64 << 10;

Result<Slot> FindOrTakeSlot(const ServerConfig& config, storage::Backend& volume) {
  ASSIGN_OR_RETURN(const std::vector<SlotEntry> slots, ReadSlots(volume));
  for (const SlotEntry& entry : slots) {
    if (entry.node == config.name) return entry.slot;
  }
  ASSIGN_OR_RETURN(const auto attached, AttachVolume(config.volume));
  return TakeSlot(*attached, config.name);
}

// Only the first node of a volume must attach for it.
Status PrepareTls(ServerConfig& config, storage::Backend& volume, const Clock& clock) {
  const auto found = ReadTrustedCertificates(volume);
  if (found.status().code() == Code::kNotFound) {
    ASSIGN_OR_RETURN(const auto attached, AttachVolume(config.volume));
    RETURN_IF_ERROR(ProvideAuthority(*attached, clock));
  } else {
    RETURN_IF_ERROR(found.status());
  }
  RETURN_IF_ERROR(
      ProvideCertificate(volume, config.layout, TlsNames(config, config.tls_names), false, clock)
          .status()
          .WithContext("certificate of the node"));
  config.tls = true;
  return Status::Ok();
}

Status CheckPrograms(const ServerConfig& config) {
  if (access(config.server.c_str(), X_OK) != 0) {
    return {Code::kNotFound,
            fmt::format("{} can't be run; install mariadb-server or give --server", config.server)};
  }
  if (!config.provider.empty() && access(config.provider.c_str(), R_OK) != 0) {
    return {Code::kNotFound,
            fmt::format("provider library {} can't be read; give --provider", config.provider)};
  }
  return Status::Ok();
}

}  // namespace

Result<UniqueFd> LockNode(const NodeLayout& layout) {
  auto fd = snapshot::LockFile(layout.lock(), snapshot::LockMode::kTry);
  if (fd.status().code() == Code::kAlreadyExists) {
    const auto holder = snapshot::ReadFile(layout.lock(), 64);
    return Status(Code::kAlreadyExists,
                  fmt::format("another agent (process {}) runs the node in {}; stop it first",
                              holder.ok() ? AsText(*holder) : "?", layout.root));
  }
  RETURN_IF_ERROR(fd.status());
  const std::string pid = std::to_string(getpid());
  if (ftruncate(fd->get(), 0) != 0 ||
      pwrite(fd->get(), pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    return snapshot::ErrnoStatus(errno, "write", layout.lock());
  }
  return fd;
}

Result<NodeStatus> ReadNodeState(const NodeLayout& layout) {
  ASSIGN_OR_RETURN(const Bytes bytes, snapshot::ReadFile(layout.state(), kStateBytesMax));
  return DecodeNodeStatus(AsText(bytes));
}

Result<AgentSetup> PrepareAgent(AgentConfig& config, const Clock& clock) {
  ServerConfig& server = config.server;
  RETURN_IF_ERROR(CheckPrograms(server));
  // The provider would refuse them too, but by then the engines have opened their files.
  RETURN_IF_ERROR(settings::ProviderOptions::ParseForAgent(server.provider_options).status());
  ASSIGN_OR_RETURN(const auto volume, LookAtVolume(server.volume));
  // The server would complain, too, again and again.
  RETURN_IF_ERROR(OpenVolumeKeys(*volume).status());
  RETURN_IF_ERROR(snapshot::MakeDirectory(server.layout.root));
  AgentSetup setup;
  ASSIGN_OR_RETURN(setup.lock, LockNode(server.layout));
  ASSIGN_OR_RETURN(const log::Identity identity, log::ReadIdentity(*volume));
  server.volume_uuid = identity.volume;
  // A server that runs is left alone; its next life is checked then.
  if (!FindRunningServer(server.layout, {})) RETURN_IF_ERROR(CheckServerOf(server, *volume));
  ASSIGN_OR_RETURN(const std::vector<log::Skip> skips, log::ReadSkips(*volume));
  setup.skips = skips.size();
  ASSIGN_OR_RETURN(server.slot, FindOrTakeSlot(server, *volume));
  // A state that can't be read costs the history of failures, nothing else.
  if (auto previous = ReadNodeState(server.layout); previous.ok()) {
    setup.previous = std::move(previous).value();
  }
  setup.running_server = FindRunningServer(server.layout, setup.previous.server);
  RETURN_IF_ERROR(PrepareTls(server, *volume, clock));
  server.audit =
      !server.plugin.empty() && snapshot::PathExists(server.layout.plugins() + "/server_audit.so");
  RETURN_IF_ERROR(snapshot::MakeDirectory(server.layout.tmp()));
  RETURN_IF_ERROR(CheckOptions(server));
  if (!setup.running_server) RETURN_IF_ERROR(CheckEndpoint(server.address, server.port));
  return setup;
}

}  // namespace borealis::node

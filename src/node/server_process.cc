#include "node/server_process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <memory>

namespace borealis::node {
namespace {

using snapshot::ErrnoStatus;

constexpr int kCancelLookMs = 100;
constexpr int kCheckTimeoutMs = 30'000;
constexpr int kEndpointLookMs = 20;
constexpr int kEndpointReleaseMsMax = 3'000;
constexpr uint64_t kTailBytesMax = 64 << 10;

std::string ReadFrom(const std::string& path, uint64_t from) {
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return {};
  std::string text(kTailBytesMax, '\0');
  const ssize_t n = pread(fd.get(), text.data(), text.size(), static_cast<off_t>(from));
  text.resize(n > 0 ? static_cast<size_t>(n) : 0);
  return text;
}

using AddressList = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

Result<AddressList> Resolve(const std::string& address, uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (error == 0) return AddressList(found, &freeaddrinfo);
  return Status(
      Code::kInvalidArgument,
      fmt::format("{} is no IP address of this machine (127.0.0.11, for instance)", address));
}

// 0, or the error of bind or listen.
Result<int> TryToListen(const addrinfo& where, const std::string& address) {
  const UniqueFd fd(socket(where.ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return ErrnoStatus(errno, "open a socket for", address);
  const int on = 1;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  const bool listens =
      bind(fd.get(), where.ai_addr, where.ai_addrlen) == 0 && listen(fd.get(), 1) == 0;
  return listens ? 0 : errno;
}

}  // namespace

Result<ProcessEnd> RunToEnd(const SpawnOptions& options, int timeout_ms,
                            const std::atomic<bool>* cancel) {
  ASSIGN_OR_RETURN(const Child child, Spawn(options));
  int left_ms = timeout_ms;
  bool ended = false;
  bool cancelled = false;
  while (!ended && left_ms > 0 && !cancelled) {
    ended = WaitForEnd(child.pidfd, std::min(left_ms, kCancelLookMs));
    left_ms -= kCancelLookMs;
    cancelled = cancel != nullptr && cancel->load();
  }
  if (!ended) {
    (void)SendSignal(child.pidfd, SIGKILL);
    (void)WaitForEnd(child.pidfd, -1);
  }
  const ProcessEnd end = Reap(child.id);
  if (ended) return end;
  if (cancelled) return Status(Code::kAborted, "cancelled");
  return Status(Code::kTimeout,
                fmt::format("{} did not end within {} s", options.argv[0], timeout_ms / 1000));
}

uint64_t FileBytes(const std::string& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0 ? static_cast<uint64_t>(info.st_size) : 0;
}

std::string ReadLogSince(const std::string& path, uint64_t from) {
  const uint64_t size = FileBytes(path);
  if (size < from) from = 0;  // rotated meanwhile
  return ReadFrom(path, std::max(from, size > kTailBytesMax ? size - kTailBytesMax : 0));
}

std::string ReadLogTail(const std::string& path) { return ReadLogSince(path, 0); }

Result<std::string> ServerVersion(const std::string& server, const std::string& scratch) {
  const std::string output = scratch + "/version.out";
  ASSIGN_OR_RETURN(const ProcessEnd end, RunToEnd({{server, "--no-defaults", "--version"}, output},
                                                  kCheckTimeoutMs, nullptr));
  std::string text = ReadLogTail(output);
  unlink(output.c_str());
  if (end != ProcessEnd{true, 0, 0}) {
    return Status(Code::kInternal,
                  fmt::format("{} --version ended with {}", server, end.ToString()));
  }
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

Status CheckOptions(const ServerConfig& config) {
  const std::string output = config.layout.recover_log();
  unlink(output.c_str());
  ASSIGN_OR_RETURN(const ProcessEnd end,
                   RunToEnd({CheckCommand(config), output}, kCheckTimeoutMs, nullptr));
  const auto bytes = snapshot::ReadFile(output, 4 << 20);
  const std::string_view text = bytes.ok() ? AsText(*bytes) : std::string_view();
  constexpr std::string_view kPrefixNote = "Using unique option prefix";
  if (const size_t at = text.find(kPrefixNote); at != std::string_view::npos) {
    return {Code::kInvalidArgument, fmt::format("write option names in full: {}",
                                                text.substr(at, text.find('\n', at) - at))};
  }
  if (end == ProcessEnd{true, 0, 0}) return Status::Ok();
  const std::string complaint = LastErrorLine(text);
  return {Code::kInvalidArgument, fmt::format("the server refuses its options: {}",
                                              complaint.empty() ? end.ToString() : complaint)};
}

Status CheckEndpoint(const std::string& address, uint16_t port) {
  ASSIGN_OR_RETURN(const AddressList list, Resolve(address, port));
  ASSIGN_OR_RETURN(int error, TryToListen(*list, address));
  for (int left_ms = kEndpointReleaseMsMax; error == EADDRINUSE && left_ms > 0;
       left_ms -= kEndpointLookMs) {
    poll(nullptr, 0, kEndpointLookMs);
    ASSIGN_OR_RETURN(error, TryToListen(*list, address));
  }
  if (error == 0) return Status::Ok();
  if (error == EADDRINUSE) {
    return {Code::kUnavailable,
            fmt::format("{}:{} is taken by another program; end it (`ss -ltnp` names it) or choose "
                        "another --port or address",
                        address, port)};
  }
  return ErrnoStatus(error, "listen on", fmt::format("{}:{}", address, port));
}

Result<Child> StartServerProcess(const ServerConfig& config, Seqno start) {
  const NodeLayout& layout = config.layout;
  RETURN_IF_ERROR(CheckEndpoint(config.address, config.port));
  RETURN_IF_ERROR(snapshot::RemoveTree(layout.tmp()));
  RETURN_IF_ERROR(snapshot::MakeDirectory(layout.tmp()));
  if (FileBytes(layout.server_log()) > kServerLogBytesMax) {
    (void)rename(layout.server_log().c_str(), (layout.server_log() + ".1").c_str());
  }
  return Spawn({RunCommand(config, start), layout.server_log()});
}

bool WorksOn(const NodeLayout& layout, pid_t pid) {
  const std::vector<std::string> words = CommandLineOf(pid);
  return std::find(words.begin(), words.end(), "--datadir=" + layout.data()) != words.end();
}

std::optional<ProcessId> FindRunningServer(const NodeLayout& layout, const ProcessId& last) {
  if (IsAlive(last) && WorksOn(layout, last.pid)) return last;
  const auto holder = FindLockHolder(layout.data() + "/ibdata1");
  if (holder && WorksOn(layout, holder->pid)) return holder;
  return std::nullopt;
}

}  // namespace borealis::node

// Running the server's program: to its end (recovery, checks) or as the node's server; its logs.
// Adapter.
#pragma once

#include <atomic>
#include <string>

#include "base/status.h"
#include "node/process.h"
#include "node/server_command.h"

namespace borealis::node {

// The error log is rotated at a start when it is larger than this.
inline constexpr uint64_t kServerLogBytesMax = 64ull << 20;

// Runs a program to its end. kTimeout: it was killed after timeout_ms; kAborted: `cancel` (may be
// null) was set, it was killed.
Result<ProcessEnd> RunToEnd(const SpawnOptions& options, int timeout_ms,
                            const std::atomic<bool>* cancel);

// The last part of a log file (64 KiB); empty when it can't be read.
std::string ReadLogTail(const std::string& path);
// The part written since it had `from` bytes, at most its last 64 KiB.
std::string ReadLogSince(const std::string& path, uint64_t from);
uint64_t FileBytes(const std::string& path);  // 0 when there is none

// "mariadbd  Ver 10.11.19-MariaDB..." of a server program. `scratch`: a directory for its output.
Result<std::string> ServerVersion(const std::string& server, const std::string& scratch);

// Ok when every option of the configuration is one that the server takes. kInvalidArgument with the
// server's own complaint, also for abbreviated names.
Status CheckOptions(const ServerConfig& config);

// Ok when address and port can be listened on. kUnavailable says that they are taken, or why not.
// Waits up to 3 s for whoever has them: a server that was killed, and is no child of ours, counts
// as gone before the system has closed its sockets.
Status CheckEndpoint(const std::string& address, uint16_t port);

// Empties tmp/, rotates the log, starts the server.
Result<Child> StartServerProcess(const ServerConfig& config, Seqno start);

// Whether the process is a server on that data directory, whatever it does there: one that starts
// or ends holds no lock.
bool WorksOn(const NodeLayout& layout, pid_t pid);

// The node's server if one runs: the process in `last` if it is that, else whoever holds the data
// directory's system tablespace.
std::optional<ProcessId> FindRunningServer(const NodeLayout& layout, const ProcessId& last);

}  // namespace borealis::node

// Processes: spawn in a session of their own, watch by pidfd, tell a process from a later one with
// the same number. Adapter over system calls; functions are thread-safe.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "snapshot/files.h"

namespace borealis::node {

using snapshot::UniqueFd;

// A process, for as long as the machine runs: pids are reused, (pid, start) is not.
struct ProcessId {
  pid_t pid = 0;             // 0 = none
  uint64_t start_ticks = 0;  // field 22 of /proc/<pid>/stat: clock ticks since boot
  bool operator==(const ProcessId&) const = default;
};

// The process that has the number now; nullopt when there is none or only a zombie.
std::optional<ProcessId> FindProcess(pid_t pid);
inline bool IsAlive(const ProcessId& id) { return id.pid > 0 && FindProcess(id.pid) == id; }

struct SpawnOptions {
  std::vector<std::string> argv;  // argv[0] is an absolute path
  // Standard output and error go to the end of this file (made with mode 0600).
  std::string output_path;
  std::string input_path = {};  // standard input; empty: none
};

struct Child {
  ProcessId id;
  UniqueFd pidfd;
};

// Starts it in a new session, with no signal blocked or ignored, and no descriptor open but the
// three of above (ours are close-on-exec). kNotFound: no such program.
Result<Child> Spawn(const SpawnOptions& options);

// A pidfd of that very process. kNotFound: it ended.
Result<UniqueFd> OpenPidfd(const ProcessId& id);

// kNotFound: it ended.
Status SendSignal(const UniqueFd& pidfd, int signal);

// True when the process ended within `timeout_ms` (-1: no bound).
bool WaitForEnd(const UniqueFd& pidfd, int timeout_ms);

// How a process ended.
struct ProcessEnd {
  bool known = false;  // false: not our child
  int exit_code = 0;   // valid when signal is 0
  int signal = 0;
  bool operator==(const ProcessEnd&) const = default;
  std::string ToString() const;  // "exit code 1", "signal 9 (Killed)", "unknown"
};

// Takes the end of a child that ended. Not our child: unknown.
ProcessEnd Reap(const ProcessId& id);

// The process that holds a POSIX lock on any byte of the file, if one does: how a server without a
// state file is found (it locks its system tablespace).
std::optional<ProcessId> FindLockHolder(const std::string& path);

// Words of its command line; empty when it ended or is not ours to see.
std::vector<std::string> CommandLineOf(pid_t pid);
// Whether `option` is among them, with that value behind it.
bool HasOption(const std::vector<std::string>& words, std::string_view option,
               std::string_view value);

// Of all processes there are.
Result<std::vector<pid_t>> ListProcesses();

}  // namespace borealis::node

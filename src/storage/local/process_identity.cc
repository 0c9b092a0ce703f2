#include "storage/local/process_identity.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "base/check.h"
#include "storage/local/file_ops.h"

namespace borealis::storage::local {
namespace {

// The fields of a /proc stat file after the command name, which may itself hold blanks and
// parentheses: what follows the last ')'. Empty when the file is gone.
std::string StatFields(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.ok()) return {};
  std::array<char, 1024> buffer{};
  const ssize_t n = ::read(fd.get(), buffer.data(), buffer.size());
  if (n <= 0) return {};
  const std::string text(buffer.data(), static_cast<size_t>(n));
  const size_t end = text.rfind(')');
  return end == std::string::npos || end + 2 >= text.size() ? std::string() : text.substr(end + 2);
}

}  // namespace

uint64_t ProcessStartTime(uint64_t pid) {
  const std::string fields = StatFields(fmt::format("/proc/{}/stat", pid));
  // The state is field 3 of the file, the start time field 22.
  constexpr int kStartTime = 22 - 3;
  size_t at = 0;
  for (int i = 0; i < kStartTime; ++i) {
    at = fields.find(' ', at);
    if (at == std::string::npos) return 0;
    ++at;
  }
  return std::strtoull(fields.c_str() + at, nullptr, 10);
}

char ThreadState(uint64_t pid, uint32_t tid) {
  const std::string fields = StatFields(fmt::format("/proc/{}/task/{}/stat", pid, tid));
  return fields.empty() ? '\0' : fields[0];
}

uint32_t CurrentTid() {
  thread_local const auto tid = static_cast<uint32_t>(::syscall(SYS_gettid));
  return tid;
}

std::string BootId() {
  const UniqueFd fd(::open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC));
  CHECK(fd.ok(), "/proc is not mounted");
  std::array<char, 36> text{};
  CHECK(::read(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  return {text.data(), text.size()};
}

uint64_t PidNamespace() {
  struct stat info {};
  CHECK(::stat("/proc/self/ns/pid", &info) == 0, "/proc is not mounted");
  return info.st_ino;
}

}  // namespace borealis::storage::local

#include "control/agents/log_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/unique_fd.h"

namespace borealis::control {
namespace {

struct Known {
  const char* name;  // as the API has it
  const char* file;  // in the node's directory
};
constexpr std::array<Known, 9> kKnown = {{{"agent/agent.log", "agent.log"},
                                          {"audit/audit.log", "audit.log"},
                                          {"audit/audit.log.1", "audit.log.1"},
                                          {"error/mysqld.err", "mysqld.err"},
                                          {"error/mysqld.err.1", "mysqld.err.1"},
                                          {"general/general.log", "general.log"},
                                          {"slowquery/slow.log", "slow.log"},
                                          {"upkeep/export.log", "export.log"},
                                          {"upkeep/upkeep.log", "upkeep.log"}}};

UniqueFd OpenLog(const std::string& path, struct stat& info) {
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (fd.valid() && (fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode))) fd.Reset();
  return fd;
}

// Bytes of the character that begins at `at`; 0: none does.
size_t CharacterBytes(const std::string& text, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at);
  if (lead < 0x80) return 1;
  const size_t size = lead >= 0xc2 && lead <= 0xdf   ? 2
                      : lead >= 0xe0 && lead <= 0xef ? 3
                      : lead >= 0xf0 && lead <= 0xf4 ? 4
                                                     : 0;
  if (size == 0 || at + size > text.size()) return 0;
  for (size_t i = 1; i < size; ++i) {
    if ((byte(at + i) & 0xc0) != 0x80) return 0;
  }
  // Overlong, surrogates, beyond the last.
  if ((lead == 0xe0 && byte(at + 1) < 0xa0) || (lead == 0xed && byte(at + 1) > 0x9f) ||
      (lead == 0xf0 && byte(at + 1) < 0x90) || (lead == 0xf4 && byte(at + 1) > 0x8f)) {
    return 0;
  }
  return size;
}

}  // namespace

void MakeUtf8(std::string& text) {
  for (size_t at = 0; at < text.size();) {
    const size_t bytes = CharacterBytes(text, at);
    if (bytes == 0) text[at] = '?';
    at += std::max<size_t>(bytes, 1);
  }
}

std::string LogFiles::Directory(const Region& region, const Instance& instance) const {
  const auto cluster = region.clusters.find(instance.cluster);
  if (cluster == region.clusters.end()) return {};
  return places_.Of(cluster->second).nodes() + "/" + NodeNameOf(instance);
}

std::vector<LogFile> LogFiles::List(const Region& region, const Instance& instance) const {
  const std::string directory = Directory(region, instance);
  std::vector<LogFile> files;
  for (const Known& known : kKnown) {
    struct stat info {};
    if (!OpenLog(directory + "/" + known.file, info).valid()) continue;
    files.push_back({known.name, static_cast<uint64_t>(info.st_size),
                     int64_t{info.st_mtim.tv_sec} * 1'000'000 + info.st_mtim.tv_nsec / 1000});
  }
  return files;
}

std::string LogFiles::Read(const Region& region, const Instance& instance, const std::string& name,
                           uint64_t from) const {
  const auto* known = std::ranges::find_if(kKnown, [&](const Known& k) { return k.name == name; });
  if (known == kKnown.end()) return {};
  struct stat info {};
  const UniqueFd fd = OpenLog(Directory(region, instance) + "/" + known->file, info);
  if (!fd.valid()) return {};
  std::string text(kLogBytesMax, '\0');
  const ssize_t got = pread(fd.get(), text.data(), text.size(), static_cast<off_t>(from));
  text.resize(got > 0 ? static_cast<size_t>(got) : 0);
  MakeUtf8(text);
  return text;
}

}  // namespace borealis::control

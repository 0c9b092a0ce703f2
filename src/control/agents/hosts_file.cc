#include "control/agents/hosts_file.h"

#include <fcntl.h>
#include <netdb.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "control/model/names.h"
#include "snapshot/files.h"

namespace borealis::control {
namespace {

constexpr size_t kHostsBytesMax = 4 << 20;

// With the mode and owner of what it replaces.
Status WriteBeside(const std::string& path, const struct stat& old, const std::string& text) {
  const UniqueFd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!fd.valid()) return snapshot::ErrnoStatus(errno, "open", path);
  RETURN_IF_ERROR(snapshot::WriteAll(fd.get(), AsBytes(text), path));
  if (fchown(fd.get(), old.st_uid, old.st_gid) != 0 || fchmod(fd.get(), old.st_mode & 07777) != 0 ||
      fsync(fd.get()) != 0) {
    return snapshot::ErrnoStatus(errno, "write", path);
  }
  return Status::Ok();
}

// Readers see the old file or the new one; but not where it is a mount of its own, as in
// containers.
Status Replace(const std::string& path, const std::string& text) {
  struct stat old {};
  if (stat(path.c_str(), &old) != 0) return snapshot::ErrnoStatus(errno, "look at", path);
  const std::string beside = path + ".borealis";
  Status status = WriteBeside(beside, old, text);
  if (status.ok() && rename(beside.c_str(), path.c_str()) == 0) return Status::Ok();
  const bool mounted = status.ok() && errno == EBUSY;
  if (status.ok() && !mounted) status = snapshot::ErrnoStatus(errno, "rename", beside);
  unlink(beside.c_str());
  if (!mounted) return status;
  const UniqueFd fd(open(path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC));
  if (!fd.valid()) return snapshot::ErrnoStatus(errno, "open", path);
  return snapshot::WriteAll(fd.get(), AsBytes(text), path);
}

}  // namespace

HostsFile::HostsFile(std::string path, std::string owner, std::string suffix,
                     std::string api_address)
    : path_(std::move(path)),
      owner_(std::move(owner)),
      suffix_(std::move(suffix)),
      api_address_(std::move(api_address)) {}

Status HostsFile::Settle(const Region& region) {
  return path_.empty() ? Status::Ok() : Write(HostsLines(region, suffix_, api_address_));
}

Status HostsFile::Remove() { return path_.empty() ? Status::Ok() : Write(""); }

Status HostsFile::Write(const std::string& lines) {
  if (lines == written_ && !lines.empty()) return Status::Ok();
  ASSIGN_OR_RETURN(const std::string old, snapshot::ReadTextFile(path_, kHostsBytesMax));
  const std::string text = WithHosts(old, owner_, lines);
  if (text != old) RETURN_IF_ERROR(Replace(path_, text));
  written_ = lines;
  return Status::Ok();
}

bool HostsFile::IsResolved() const {
  if (path_.empty()) return false;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(ApiName(suffix_).c_str(), nullptr, &hints, &found) != 0) return false;
  std::array<char, NI_MAXHOST> text{};
  const bool read = getnameinfo(found->ai_addr, found->ai_addrlen, text.data(), text.size(),
                                nullptr, 0, NI_NUMERICHOST) == 0;
  freeaddrinfo(found);
  return read && api_address_ == text.data();
}

}  // namespace borealis::control

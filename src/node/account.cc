#include "node/account.h"

#include <fmt/core.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <vector>

#include "snapshot/files.h"

namespace borealis::node {
namespace {

using snapshot::ErrnoStatus;

constexpr size_t kPasswdBytesMax = 1 << 16;
constexpr int kGroupsMax = 256;

Account FromPasswd(const passwd& entry) { return {entry.pw_name, entry.pw_uid, entry.pw_gid}; }

bool InGroup(const Account& account, gid_t group) {
  if (account.gid == group) return true;
  std::vector<gid_t> groups(kGroupsMax);
  int count = kGroupsMax;
  if (getgrouplist(account.name.c_str(), account.gid, groups.data(), &count) < 0) return false;
  for (int i = 0; i < count; ++i) {
    if (groups[static_cast<size_t>(i)] == group) return true;
  }
  return false;
}

bool MayPass(const struct stat& info, const Account& account) {
  if (account.uid == 0) return true;
  if (info.st_uid == account.uid) return (info.st_mode & S_IXUSR) != 0;
  if (InGroup(account, info.st_gid)) return (info.st_mode & S_IXGRP) != 0;
  return (info.st_mode & S_IXOTH) != 0;
}

Status HandOver(const std::string& directory, const struct stat& info, const Account& account) {
  if (info.st_uid == account.uid) return Status::Ok();
  ASSIGN_OR_RETURN(const auto names, snapshot::ListDirectory(directory));
  if (info.st_uid != 0 || geteuid() != 0 || !names.empty()) {
    return {Code::kInvalidArgument,
            fmt::format("{} does not belong to {}; give another directory, or hand it over with "
                        "chown -R {}",
                        directory, account.name, account.name)};
  }
  if (chown(directory.c_str(), account.uid, account.gid) != 0) {
    return ErrnoStatus(errno, "change the owner of", directory);
  }
  if (chmod(directory.c_str(), 0700) != 0) {
    return ErrnoStatus(errno, "change the mode of", directory);
  }
  return Status::Ok();
}

}  // namespace

Result<Account> FindAccount(const std::string& name) {
  std::vector<char> buffer(kPasswdBytesMax);
  passwd entry{};
  passwd* found = nullptr;
  getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (found != nullptr) return FromPasswd(entry);
  return Status(Code::kInvalidArgument, fmt::format("there is no user {} on this machine", name));
}

Result<Account> FindAccount(uid_t uid) {
  std::vector<char> buffer(kPasswdBytesMax);
  passwd entry{};
  passwd* found = nullptr;
  getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found);
  if (found != nullptr) return FromPasswd(entry);
  return Status(Code::kInvalidArgument, fmt::format("user id {} has no name on this machine", uid));
}

Result<Account> OwnAccount() { return FindAccount(geteuid()); }

Result<Account> ChooseOwner(const std::string& wanted) {
  ASSIGN_OR_RETURN(const Account own, OwnAccount());
  if (own.uid == 0) return FindAccount(wanted.empty() ? kDefaultOwner : wanted);
  if (wanted.empty() || wanted == own.name) return own;
  return Status(Code::kInvalidArgument,
                fmt::format("only root can make something for {}; you are {}", wanted, own.name));
}

Result<Account> OwnerOf(const std::string& directory) {
  struct stat info {};
  if (stat(directory.c_str(), &info) != 0) return ErrnoStatus(errno, "look at", directory);
  return FindAccount(info.st_uid);
}

Status BecomeAccount(const Account& account) {
  if (geteuid() == account.uid) return Status::Ok();
  if (geteuid() != 0) {
    return {
        Code::kInvalidArgument,
        fmt::format("this belongs to {}; run the command as that user or as root", account.name)};
  }
  if (initgroups(account.name.c_str(), account.gid) != 0 ||
      setresgid(account.gid, account.gid, account.gid) != 0 ||
      setresuid(account.uid, account.uid, account.uid) != 0) {
    return ErrnoStatus(errno, "become user", account.name);
  }
  prctl(PR_SET_DUMPABLE, 1);  // /proc/self stays ours to read
  return Status::Ok();
}

Status CheckReachable(const std::string& path, const Account& account) {
  std::filesystem::path parent = std::filesystem::path(path).parent_path();
  std::vector<std::string> parents;
  while (!parent.empty() && parent != parent.parent_path()) {
    parents.push_back(parent.string());
    parent = parent.parent_path();
  }
  for (auto at = parents.rbegin(); at != parents.rend(); ++at) {
    struct stat info {};
    if (stat(at->c_str(), &info) != 0) return ErrnoStatus(errno, "look at", *at);
    if (MayPass(info, account)) continue;
    return {Code::kInvalidArgument,
            fmt::format("user {} may not enter {}, so {} can't be used; choose a directory "
                        "elsewhere (or another --owner)",
                        account.name, *at, path)};
  }
  return Status::Ok();
}

Status ProvideDirectory(const std::string& directory, const Account& account) {
  struct stat info {};
  if (stat(directory.c_str(), &info) == 0) {
    if (!S_ISDIR(info.st_mode)) {
      return {Code::kInvalidArgument, directory + " is not a directory"};
    }
    RETURN_IF_ERROR(HandOver(directory, info, account));
    return CheckReachable(directory, account);
  }
  const std::string parent = snapshot::ParentOf(directory);
  if (!snapshot::PathExists(parent)) {
    std::error_code error;
    std::filesystem::create_directories(parent, error);
    if (error) return ErrnoStatus(error.value(), "create directory", parent);
  }
  RETURN_IF_ERROR(CheckReachable(directory, account));
  if (mkdir(directory.c_str(), 0700) != 0) return ErrnoStatus(errno, "create directory", directory);
  if (geteuid() == 0 && chown(directory.c_str(), account.uid, account.gid) != 0) {
    Status status = ErrnoStatus(errno, "change the owner of", directory);
    rmdir(directory.c_str());
    return status;
  }
  return Status::Ok();
}

}  // namespace borealis::node

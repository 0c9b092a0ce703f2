// The operating-system account that owns a volume and its nodes. A root process acts as that
// account, for good, before it touches either, so that nothing there ever belongs to root by
// accident and a server is never more than that account. Adapter; call before any thread is
// started.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/status.h"

namespace borealis::node {

inline constexpr char kDefaultOwner[] = "mysql";

struct Account {
  std::string name;
  uid_t uid = 0;
  gid_t gid = 0;
};

Result<Account> FindAccount(const std::string& name);
Result<Account> FindAccount(uid_t uid);
// Of this process (effective).
Result<Account> OwnAccount();

// Who should own something new: `wanted`, or if empty kDefaultOwner for root and else the caller.
// kInvalidArgument: no such account, or another one and the caller is not root.
Result<Account> ChooseOwner(const std::string& wanted);

// The owner of an existing directory. kNotFound.
Result<Account> OwnerOf(const std::string& directory);

// Becomes the account for good; no-op when it is it already. kInvalidArgument when it may not.
Status BecomeAccount(const Account& account);

// Makes `directory` (mode 0700) with the parents it lacks (0755), owned by the account. An existing
// empty directory of root is handed over; any other that is not the account's is refused.
// Afterwards the account can reach it, else kInvalidArgument names the directory in the way.
Status ProvideDirectory(const std::string& directory, const Account& account);

// Ok when the account (which this process may not be yet) can pass through every parent of `path`.
Status CheckReachable(const std::string& path, const Account& account);

}  // namespace borealis::node

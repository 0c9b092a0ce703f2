// Genesis: makes a volume, its log, and snapshot 0 with the system tables that every node starts
// from.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/status.h"
#include "base/uuid.h"
#include "log/log.h"
#include "node/progress.h"

namespace borealis::node {

struct CreateOptions {
  std::string volume;  // absolute directory; its parent exists
  std::string server = "/usr/sbin/mariadbd";
  std::string installer = "/usr/bin/mariadb-install-db";
  // Account that may log in as superuser over the socket, besides root.
  std::string owner;
  uint32_t certification_window = 65536;
  // Under a data key of its own, wrapped by the master key that the environment names
  // (encryption/key_source.h).
  bool encrypt = false;
};

// Identity and an empty log; its keys before, if it is to be encrypted. kAlreadyExists.
Status MakeLog(storage::Backend& volume, log::Identity identity, bool encrypt, const Clock& clock);

// Runs as the account that will own the volume. What a crashed creation left is finished; a
// complete volume is kAlreadyExists. After a failure nothing new is left behind.
Result<Uuid> CreateVolume(const CreateOptions& options, const Progress& progress);

}  // namespace borealis::node

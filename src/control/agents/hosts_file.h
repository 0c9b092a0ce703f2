// HostsFile: keeps our lines in the file that this machine's resolver reads, /etc/hosts say.
// Adapter; one thread.
#pragma once

#include <string>

#include "base/status.h"
#include "control/model/region.h"

namespace borealis::control {

class HostsFile {
 public:
  HostsFile() = default;  // there is none: nothing is done
  // `owner` tells our lines from another daemon's. `suffix`: model/names.h.
  HostsFile(std::string path, std::string owner, std::string suffix, std::string api_address);

  // The file names the region's endpoints. Written when that changes; the rest of it stays.
  Status Settle(const Region& region);
  // Whether this machine finds our names, now that they are there.
  bool IsResolved() const;
  // Our lines go.
  Status Remove();

 private:
  Status Write(const std::string& lines);

  std::string path_;  // empty: none
  std::string owner_;
  std::string suffix_;
  std::string api_address_;
  std::string written_;
};

}  // namespace borealis::control

#include "node/plugin_directory.h"

#include <unistd.h>

#include "snapshot/files.h"

namespace borealis::node {

Status ProvidePluginDirectory(const std::string& directory, ByteView library,
                              const std::string& server_plugins) {
  RETURN_IF_ERROR(snapshot::MakeDirectory(directory));
  const auto names = snapshot::ListDirectory(server_plugins);
  if (!names.ok() && names.status().code() != Code::kNotFound) return names.status();
  for (const std::string& name : names.ok() ? *names : std::vector<std::string>()) {
    const std::string link = directory + "/" + name;
    if (name == kPluginFile || snapshot::PathExists(link)) continue;
    if (symlink((server_plugins + "/" + name).c_str(), link.c_str()) != 0) {
      return snapshot::ErrnoStatus(errno, "symlink", link);
    }
  }
  return snapshot::WriteFileAtomically(directory + "/" + kPluginFile, library,
                                       snapshot::Durability::kProcess);
}

}  // namespace borealis::node

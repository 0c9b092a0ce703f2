#include "cli/temporary_file.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "snapshot/files.h"

namespace borealis::cli {

Result<std::unique_ptr<TemporaryFile>> TemporaryFile::Make(const std::string& purpose) {
  std::string path = fmt::format("{}/borealis-{}-XXXXXX",
                                 std::filesystem::temp_directory_path().string(), purpose);
  const snapshot::UniqueFd fd(mkstemp(path.data()));
  if (!fd.valid()) return snapshot::ErrnoStatus(errno, "create", path);
  return std::make_unique<TemporaryFile>(path);
}

TemporaryFile::~TemporaryFile() { unlink(path_.c_str()); }

}  // namespace borealis::cli

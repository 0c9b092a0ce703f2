// TemporaryFile: a file of a command's own that is gone when the command is.
#pragma once

#include <memory>
#include <string>

#include "base/status.h"

namespace borealis::cli {

class TemporaryFile {
 public:
  // A new empty one for `purpose`, a word, in the directory for temporary files.
  static Result<std::unique_ptr<TemporaryFile>> Make(const std::string& purpose);
  // One that the caller makes there.
  explicit TemporaryFile(std::string path) : path_(std::move(path)) {}
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
};

}  // namespace borealis::cli

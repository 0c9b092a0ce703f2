// Helpers for tests: a directory that goes away, bytes that are easy to make.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "snapshot/files.h"

namespace borealis::snapshot {

class TempDirectory {
 public:
  TempDirectory() {
    std::string pattern = ::testing::TempDir() + "borealis-XXXXXX";
    CHECK(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~TempDirectory() { (void)RemoveTree(path_); }
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;
  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

inline void WriteText(const std::string& path, std::string_view text) {
  const UniqueFd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640));
  CHECK(fd.valid());
  CHECK(write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
}

inline std::string ReadText(const std::string& path) {
  const auto bytes = ReadFile(path, 1 << 30);
  CHECK_OK(bytes);
  return std::string(AsText(*bytes));
}

}  // namespace borealis::snapshot

// BinlogProcess: the program `mariadb-binlog` at work, read line by line. It dies with us. Adapter;
// one thread.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "snapshot/files.h"

namespace borealis::follow {

class BinlogProcess {
 public:
  // `argv`: an absolute path and its arguments.
  static Result<BinlogProcess> Start(const std::vector<std::string>& argv);
  ~BinlogProcess();
  BinlogProcess(BinlogProcess&& other) noexcept;
  BinlogProcess& operator=(BinlogProcess&&) = delete;

  // The next line without its end; nothing: none came within timeout_ms. kUnavailable: the program
  // ended, with the last line that it complained.
  Result<std::optional<std::string>> Line(int timeout_ms);
  // Whether Line() would not have to wait.
  bool HasMore() const;

 private:
  BinlogProcess(pid_t pid, snapshot::UniqueFd output, snapshot::UniqueFd errors)
      : pid_(pid), output_(std::move(output)), errors_(std::move(errors)) {}
  std::string Complaint() const;

  pid_t pid_ = -1;
  snapshot::UniqueFd output_;
  snapshot::UniqueFd errors_;  // a file in memory
  std::string buffer_;
  size_t begin_ = 0;   // of the next line in buffer_
  size_t looked_ = 0;  // no line ends before it
};

}  // namespace borealis::follow

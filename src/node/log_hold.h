// LogHold: keeps the log of a volume that serves from being trimmed while somebody reads it, as a
// member's need does: by a hint that `volume show` lists under the reader's name. One that was
// killed holds it for no longer than an absent member (absent_minutes). Adapter.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "model/ids.h"
#include "storage/backend.h"

namespace borealis::node {

class LogHold {
 public:
  // `reader`: "restore", "export". Hints that dead readers of that name left long ago are removed.
  // Where nobody is attached nobody trims, and nothing is held.
  LogHold(std::string volume, std::string reader, const Position& needed, const Clock& clock);
  ~LogHold();
  LogHold(const LogHold&) = delete;
  LogHold& operator=(const LogHold&) = delete;

 private:
  // For a moment. nullptr: nobody else is attached.
  std::unique_ptr<storage::Backend> Attach() const;

  const std::string volume_;
  const std::string name_;
  bool held_ = false;
};

}  // namespace borealis::node

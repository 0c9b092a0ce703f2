// The log files of instances. A root process reads what belongs to the servers' account, so only
// names of the list are opened, and no link is followed. Adapter; thread-safe.
#pragma once

#include "control/actions/logs.h"
#include "control/agents/places.h"

namespace borealis::control {

class LogFiles : public Logs {
 public:
  explicit LogFiles(Places places) : places_(std::move(places)) {}
  std::vector<LogFile> List(const Region& region, const Instance& instance) const override;
  std::string Read(const Region& region, const Instance& instance, const std::string& name,
                   uint64_t from) const override;

 private:
  std::string Directory(const Region& region, const Instance& instance) const;
  const Places places_;
};

// In place: '?' for each byte that is no part of a UTF-8 character.
void MakeUtf8(std::string& text);

}  // namespace borealis::control

// Progress: what long work says to a person.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "base/status.h"

namespace borealis::node {

// One line per step.
using Progress = std::function<void(const std::string&)>;

// For snapshot::PublishOptions: "VERB 256 MiB" and so on; kAborted once `cancel` is set. Borrows
// both.
std::function<Status(uint64_t)> TellBytes(std::string verb, const Progress& progress,
                                          const std::atomic<bool>& cancel);

// The same for who is told the bytes since the last call.
std::function<Status(uint64_t)> CountBytes(std::string verb, const Progress& progress,
                                           const std::atomic<bool>& cancel);

}  // namespace borealis::node

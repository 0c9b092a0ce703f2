// What this machine has, for who is about to ask it for servers; certificates for their clients.
// Adapter over /proc and files.
#pragma once

#include <cstdint>
#include <string>

#include "base/status.h"
#include "control/agents/places.h"
#include "control/model/region.h"

namespace borealis::control {

// {"classes": [{"name", "buffer_pool_mib", "connections"}], "cores", "memory_bytes",
// "memory_free_bytes", "disk_free_bytes", "default_port", "credentials"}; the disk is the one of
// `places`, the port the one of clusters that ask for none, the last the file with the first key.
std::string DescribeMachine(const Places& places, uint16_t default_port);

// The certificate of a cluster's authority, PEM. kNotFound: no instance has one yet.
Result<std::string> AuthorityOf(const Places& places, const Region& region,
                                const std::string& cluster);

}  // namespace borealis::control

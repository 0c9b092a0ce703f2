// Loopback addresses for instances and endpoints: each has its own. Pure.
#pragma once

#include <string>

#include "control/actions/call.h"

namespace borealis::control {

// The lowest from --address-base on that is free.
std::string FreeInstanceAddress(const Call& call);
// Of a cluster or a custom endpoint: the highest that is free of the base's /24.
std::string FreeEndpointAddress(const Call& call);

// Where an instance's server listens behind its endpoint: 20,000 above the port of clients, or
// below.
uint16_t InnerPort(uint16_t port);

}  // namespace borealis::control

// Names of endpoints, for clients on a machine whose resolver reads a file that we may write. Pure.
//
//   NAME.REGION.DOMAIN                  an instance
//   NAME.cluster.REGION.DOMAIN          a cluster
//   NAME.cluster-custom.REGION.DOMAIN   a custom endpoint
//   api.REGION.DOMAIN                   the API
//
// `suffix` is "REGION.DOMAIN"; where it is empty there are no names, and an endpoint is its
// address.
#pragma once

#include <string>

#include "control/model/region.h"

namespace borealis::control {

inline constexpr char kNamesDomain[] = "borealis.internal";

std::string EndpointOf(const std::string& suffix, const Instance& instance);
std::string EndpointOf(const std::string& suffix, const Cluster& cluster);
std::string EndpointOf(const std::string& suffix, const ClusterEndpoint& endpoint);
// Of all custom endpoints there may ever be, as certificates name them.
std::string AnyCustomEndpoint(const std::string& suffix);
std::string ApiName(const std::string& suffix);

// Lines of a hosts file (hosts(5)) for all of them. REQUIRES: suffix is not empty.
std::string HostsLines(const Region& region, const std::string& suffix,
                       const std::string& api_address);

// The content of a hosts file in which what was between `owner`'s marks is `lines`, at its end if
// there was nothing. Without lines there are no marks either. Nothing else is changed.
std::string WithHosts(const std::string& content, const std::string& owner,
                      const std::string& lines);

}  // namespace borealis::control

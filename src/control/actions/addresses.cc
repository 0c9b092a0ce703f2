#include "control/actions/addresses.h"

#include <arpa/inet.h>

#include <set>

#include "base/check.h"

namespace borealis::control {
namespace {

constexpr int kInnerPortDistance = 20'000;
constexpr uint32_t kHighestHost = 254;

std::set<std::string> Taken(const Region& region) {
  std::set<std::string> taken;
  for (const auto& [id, instance] : region.instances) taken.insert(instance.address);
  for (const auto& [id, cluster] : region.clusters) taken.insert(cluster.endpoint_address);
  for (const auto& [id, endpoint] : region.endpoints) taken.insert(endpoint.address);
  return taken;
}

// 0: it is none; the daemon has checked it.
uint32_t BaseOf(const Call& call) {
  in_addr address{};
  return inet_pton(AF_INET, call.settings.address_base.c_str(), &address) == 1
             ? ntohl(address.s_addr)
             : 0;
}

std::string TextOf(uint32_t address) {
  const in_addr in{htonl(address)};
  char text[INET_ADDRSTRLEN];
  CHECK(inet_ntop(AF_INET, &in, text, sizeof(text)) != nullptr);
  return text;
}

}  // namespace

std::string FreeInstanceAddress(const Call& call) {
  const std::set<std::string> taken = Taken(call.region);
  uint32_t address = BaseOf(call);
  while (taken.contains(TextOf(address))) ++address;
  return TextOf(address);
}

std::string FreeEndpointAddress(const Call& call) {
  const std::set<std::string> taken = Taken(call.region);
  uint32_t address = (BaseOf(call) & ~uint32_t{0xff}) | kHighestHost;
  while (taken.contains(TextOf(address))) --address;
  return TextOf(address);
}

uint16_t InnerPort(uint16_t port) {
  return static_cast<uint16_t>(port + kInnerPortDistance <= UINT16_MAX ? port + kInnerPortDistance
                                                                       : port - kInnerPortDistance);
}

}  // namespace borealis::control

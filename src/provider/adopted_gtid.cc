#include "provider/adopted_gtid.h"

#include <cstdint>

#include "base/log.h"
#include "log/gtid_source.h"
#include "provider/server_symbol.h"

namespace borealis::provider {
namespace {

// How the server's object with that name begins.
struct GtidServer {
  uint32_t domain;
  uint32_t server;
};

}  // namespace

void AdoptGtidSource(storage::Backend& backend) {
  const auto* mode = ServerSymbol<char>("wsrep_gtid_mode");
  auto* domain_setting = ServerSymbol<uint32_t>("wsrep_gtid_domain_id");
  auto* gtid = ServerSymbol<GtidServer>("wsrep_gtid_server");
  if (mode == nullptr || *mode == 0 || domain_setting == nullptr || gtid == nullptr) return;
  const auto source = log::AgreeOnGtidSource(backend, {gtid->domain, gtid->server});
  if (!source.ok()) {
    LogWarning("GTIDs of this server may have another domain or server id than elsewhere: {}",
               source.status().ToString());
    return;
  }
  if (*source == log::GtidSource{gtid->domain, gtid->server}) return;
  LogInfo("GTIDs of the cluster's transactions begin with {}-{}, as everywhere on this volume",
          source->domain, source->server);
  *gtid = {source->domain, source->server};
  *domain_setting = source->domain;
}

}  // namespace borealis::provider

// What of Aurora's SQL surface is ordinary SQL: part of the schema `borealis` of every volume from
// its genesis, for everybody to read. The figures come from status variables of the provider.
//
//   CALL borealis.v()              what SHOW VOLUME STATUS becomes in the plugin
//   borealis.replica_host_status   the members; what the same name in information_schema becomes
#pragma once

#include <string>

namespace borealis::node {

// Each statement in one line, for the bootstrap mode of the server. REQUIRES: CommitTokenSchema()
// before it, which makes the schema and its accounts.
std::string AuroraSchema();

}  // namespace borealis::node

// Accounts of the database's users, made and changed over a server's socket. Each change runs on
// every server, at one place in the log. Passwords leave this process as hashes only, so that none
// is in the log, in a binary log or an audit log (password_hash.h). Adapter.
#pragma once

#include <string>

#include "base/status.h"
#include "node/server_client.h"

namespace borealis::node {

// Makes the account for the users of a cluster (at host '%'), or sets its password and privileges
// when it exists. It may do everything but what reaches below SQL (files, plugins, replication,
// SUPER).
Status MakeMasterUser(ServerClient& server, const std::string& user, const std::string& hash);

// kNotFound: there is no such account.
Status SetPassword(ServerClient& server, const std::string& user, const std::string& host,
                   const std::string& hash);

// Ends the user's sessions on this server; how many.
Result<int> EndSessions(ServerClient& server, const std::string& user);

}  // namespace borealis::node

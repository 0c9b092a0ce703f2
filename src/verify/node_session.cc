#include "verify/node_session.h"

#include <fmt/core.h>

#include <charconv>

namespace borealis::verify {
namespace {

constexpr unsigned kControlTimeoutS = 30;
constexpr unsigned kReadTimeoutS = 24 * 3600;  // of the sum of one table

constexpr const char* kReaderSettings[] = {
    "SET NAMES utf8mb4",
    "SET SESSION sql_mode='', time_zone='+00:00', wsrep_sync_wait=0, autocommit=1, "
    "lock_wait_timeout=10, max_statement_time=0, sql_select_limit=DEFAULT, "
    "idle_transaction_timeout=0, tx_isolation='REPEATABLE-READ'",
};

}  // namespace

Result<NodeSession> NodeSession::Open(const Endpoint& endpoint, const std::string& user) {
  ASSIGN_OR_RETURN(node::ServerClient control,
                   node::ServerClient::Connect(endpoint.socket, user, kControlTimeoutS));
  ASSIGN_OR_RETURN(node::ServerClient reader,
                   node::ServerClient::Connect(endpoint.socket, user, kReadTimeoutS));
  for (const char* setting : kReaderSettings) RETURN_IF_ERROR(reader.Query(setting).status());
  NodeSession session{endpoint.name, std::move(control), std::move(reader)};
  ASSIGN_OR_RETURN(const std::string held, session.StatusOf("wsrep_borealis_held_after"));
  if (held.empty()) {
    return Status(Code::kInternal, "its server is no node of a cluster, or of an older version");
  }
  return session;
}

Result<std::string> NodeSession::StatusOf(const std::string& variable) {
  ASSIGN_OR_RETURN(const auto rows, control.Query("SHOW GLOBAL STATUS LIKE '" + variable + "'"));
  if (rows.empty() || rows[0].size() != 2) return std::string();
  return rows[0][1];
}

Result<Seqno> NodeSession::LastCommitted() {
  ASSIGN_OR_RETURN(const std::string text, StatusOf("wsrep_last_committed"));
  Seqno seqno;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seqno.value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return Status(Code::kUnavailable, "it is not connected to its volume");
  }
  return seqno;
}

}  // namespace borealis::verify

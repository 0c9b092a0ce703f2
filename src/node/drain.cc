#include "node/drain.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>

namespace borealis::node {
namespace {

constexpr int kLookMs = 100;
constexpr int64_t kNsPerMs = 1'000'000;
constexpr int kTransactions = 1;
constexpr int kStatements = 2;

// Replicas are no clients: they follow until the end, and then any other node.
Result<std::vector<ClientSession>> ListSessions(ServerClient& server, const std::string& own) {
  ASSIGN_OR_RETURN(
      const auto rows,
      server.Query("SELECT p.ID, p.COMMAND = 'Sleep', CAST(p.TIME_MS AS UNSIGNED),"
                   " EXISTS (SELECT 1 FROM information_schema.INNODB_TRX t"
                   " WHERE t.trx_mysql_thread_id = p.ID)"
                   " FROM information_schema.PROCESSLIST p WHERE p.ID <> CONNECTION_ID()"
                   " AND p.USER NOT IN ('system user', 'event_scheduler', 'root', " +
                   server.Quote(own) + ") AND p.COMMAND NOT IN ('Daemon', 'Binlog Dump')"));
  std::vector<ClientSession> sessions;
  sessions.reserve(rows.size());
  for (const ServerClient::Row& row : rows) {
    sessions.push_back(
        {row[0], row[1] == "1", strtoll(row[2].c_str(), nullptr, 10), row[3] == "1"});
  }
  return sessions;
}

}  // namespace

DrainStep PlanDrain(const std::vector<ClientSession>& sessions, int64_t left_ms,
                    int64_t timeout_ms) {
  DrainStep step;
  step.done = sessions.empty() || left_ms <= 0;
  step.phase = left_ms <= std::min(kLastPhaseMs, timeout_ms / 3) ? kStatements : kTransactions;
  for (const ClientSession& session : sessions) {
    if (session.idle && session.idle_ms >= kIdleCloseMs && !session.in_transaction) {
      step.close.push_back(session.id);
    }
  }
  return step;
}

Result<DrainResult> Drain(ServerClient& server, const std::string& own, const UniqueFd& process,
                          int timeout_ms, const Clock& clock) {
  const int64_t begin_ns = clock.MonotonicNs();
  DrainResult result;
  while (true) {
    result.took_ms = (clock.MonotonicNs() - begin_ns) / kNsPerMs;
    const int64_t left_ms = timeout_ms - result.took_ms;
    // Refused first: who is listed behind that is everybody.
    const int phase = PlanDrain({}, left_ms, timeout_ms).phase;
    RETURN_IF_ERROR(server.Query(fmt::format("SET SESSION no_drain = {}", phase)).status());
    ASSIGN_OR_RETURN(const auto sessions, ListSessions(server, own));
    const DrainStep step = PlanDrain(sessions, left_ms, timeout_ms);
    result.left = sessions.size();
    if (step.done) return result;
    for (const std::string& id : step.close) {
      // One that went by itself, or has begun to change definitions, is none to close.
      (void)server.Query("KILL CONNECTION " + id);
    }
    if (WaitForEnd(process, static_cast<int>(std::min<int64_t>(kLookMs, left_ms)))) return result;
  }
}

}  // namespace borealis::node

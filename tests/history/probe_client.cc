#include "probe_client.h"

#include <fmt/core.h>

#include <cstdio>
#include <cstdlib>

namespace borealis::history {
namespace {

constexpr unsigned kDeadlock = 1213;
constexpr unsigned kRecordChanged = 1020;
constexpr unsigned kLockTimeout = 1205;

}  // namespace

ProbeClient::ProbeClient(const Endpoint& endpoint, const std::string& user,
                         const std::string& password)
    : name_(endpoint.name), mysql_(mysql_init(nullptr)) {
  if (mysql_real_connect(mysql_, endpoint.host.c_str(), user.c_str(), password.c_str(), nullptr,
                         endpoint.port, nullptr, CLIENT_MULTI_STATEMENTS) == nullptr) {
    Fail("connect");
  }
}

ProbeClient::~ProbeClient() { mysql_close(mysql_); }

void ProbeClient::Fail(const std::string& what) {
  fmt::print(stderr, "prefix_probe: {}: {}: error {}: {}\n", name_, what, mysql_errno(mysql_),
             mysql_error(mysql_));
  std::fflush(stdout);
  std::_Exit(3);
}

bool ProbeClient::Run(const std::string& statements, Rows* rows) {
  int more = mysql_real_query(mysql_, statements.data(), statements.size());
  while (more == 0) {
    if (MYSQL_RES* result = mysql_store_result(mysql_); result != nullptr) {
      if (rows != nullptr) rows->clear();
      const unsigned fields = mysql_num_fields(result);
      while (MYSQL_ROW row = mysql_fetch_row(result)) {
        if (rows == nullptr) continue;
        auto& out = rows->emplace_back();
        for (unsigned i = 0; i < fields; ++i) out.emplace_back(row[i] == nullptr ? "" : row[i]);
      }
      mysql_free_result(result);
    }
    more = mysql_next_result(mysql_);
  }
  if (more < 0) return true;
  const unsigned error = mysql_errno(mysql_);
  if (error == kDeadlock || error == kRecordChanged || error == kLockTimeout) return false;
  Fail(statements);
}

void ProbeClient::ThreadStart() { mysql_thread_init(); }
void ProbeClient::ThreadEnd() { mysql_thread_end(); }

}  // namespace borealis::history

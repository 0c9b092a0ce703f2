#include "node/server_client.h"

#include <fmt/core.h>
#include <mysql.h>

#include <charconv>

#include "node/settings_drift.h"

namespace borealis::node {
namespace {

constexpr unsigned kErrorClientMin = 2000;
constexpr unsigned kErrorClientMax = 2999;

std::vector<std::string> Split(const std::string& text) {
  std::vector<std::string> parts;
  size_t begin = 0;
  while (begin < text.size()) {
    const size_t end = std::min(text.find(',', begin), text.size());
    if (end > begin) parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

}  // namespace

struct ServerClient::Connection {
  MYSQL* mysql = nullptr;
  ~Connection() {
    if (mysql != nullptr) mysql_close(mysql);
  }
  Status Failure(std::string_view what) {
    const unsigned code = mysql_errno(mysql);
    const bool lost = code >= kErrorClientMin && code <= kErrorClientMax;
    return {lost ? Code::kUnavailable : Code::kInternal,
            fmt::format("{}: {} ({})", what, mysql_error(mysql), code)};
  }
};

ServerClient::ServerClient(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)) {}
ServerClient::~ServerClient() = default;
ServerClient::ServerClient(ServerClient&&) noexcept = default;
ServerClient& ServerClient::operator=(ServerClient&&) noexcept = default;

Result<ServerClient> ServerClient::Connect(const std::string& socket, const std::string& user,
                                           unsigned timeout_s) {
  auto connection = std::make_unique<Connection>();
  connection->mysql = mysql_init(nullptr);
  CHECK(connection->mysql != nullptr);
  MYSQL* mysql = connection->mysql;
  mysql_optionsv(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &timeout_s);
  mysql_optionsv(mysql, MYSQL_OPT_READ_TIMEOUT, &timeout_s);
  mysql_optionsv(mysql, MYSQL_OPT_WRITE_TIMEOUT, &timeout_s);
  if (mysql_real_connect(mysql, nullptr, user.c_str(), nullptr, nullptr, 0, socket.c_str(), 0) ==
      nullptr) {
    return connection->Failure("connect to " + socket);
  }
  return ServerClient(std::move(connection));
}

Result<std::vector<ServerClient::Row>> ServerClient::Query(const std::string& sql) {
  MYSQL* mysql = connection_->mysql;
  if (mysql_real_query(mysql, sql.data(), sql.size()) != 0) {
    return connection_->Failure("query");
  }
  const std::unique_ptr<MYSQL_RES, decltype(&mysql_free_result)> result(mysql_store_result(mysql),
                                                                        &mysql_free_result);
  std::vector<Row> rows;
  if (!result) {
    if (mysql_field_count(mysql) != 0) return connection_->Failure("result");
    return rows;
  }
  const unsigned columns = mysql_num_fields(result.get());
  while (MYSQL_ROW values = mysql_fetch_row(result.get())) {
    const unsigned long* lengths = mysql_fetch_lengths(result.get());
    Row row;
    for (unsigned i = 0; i < columns; ++i) {
      row.emplace_back(values[i] == nullptr ? std::string() : std::string(values[i], lengths[i]));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

unsigned ServerClient::error() const { return mysql_errno(connection_->mysql); }

std::string ServerClient::Quote(const std::string& text) {
  std::string quoted(2 * text.size() + 1, '\0');
  quoted.resize(
      mysql_real_escape_string(connection_->mysql, quoted.data(), text.data(), text.size()));
  return "'" + quoted + "'";
}

Result<ServerHealth> ServerClient::Health() {
  static const std::string sql = [] {
    std::string names =
        "'wsrep_ready', 'wsrep_local_state', 'wsrep_last_committed', 'wsrep_incoming_addresses', "
        "'wsrep_borealis_behind'";
    for (const FigureSource& source : kFigureSources)
      names += fmt::format(", '{}'", source.variable);
    return fmt::format("SHOW GLOBAL STATUS WHERE Variable_name IN ({})", names);
  }();
  ASSIGN_OR_RETURN(const std::vector<Row> rows, Query(sql));
  ServerHealth health;
  bool ready = false;
  bool synced = false;
  for (const Row& row : rows) {
    if (row.size() != 2) continue;
    const std::string& value = row[1];
    NoteFigure(row[0], value, health.figures);
    if (row[0] == "wsrep_ready") ready = value == "ON";
    if (row[0] == "wsrep_local_state") synced = value == "4";
    if (row[0] == "wsrep_borealis_behind") health.behind = value == "ON";
    if (row[0] == "wsrep_last_committed") {
      std::from_chars(value.data(), value.data() + value.size(), health.seqno.value);
    }
    if (row[0] == "wsrep_incoming_addresses") health.members = Split(value);
  }
  health.ready = ready && synced;
  if (const char* version = mysql_get_server_info(connection_->mysql)) health.version = version;
  return health;
}

Result<std::map<std::string, std::string>> ServerClient::Settings() {
  ASSIGN_OR_RETURN(const std::vector<Row> rows, Query(SettingsQuery()));
  std::map<std::string, std::string> settings;
  for (const Row& row : rows) {
    if (row.size() == 2) settings.emplace(row[0], row[1]);
  }
  return settings;
}

}  // namespace borealis::node

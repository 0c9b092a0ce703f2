// borealis follow
#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <memory>

#include "base/clock.h"
#include "cli/common.h"
#include "cli/temporary_file.h"
#include "follow/follower.h"
#include "node/account.h"
#include "node/node_control.h"
#include "node/server_client.h"
#include "node/server_process.h"
#include "snapshot/files.h"

namespace borealis::cli {
namespace {

constexpr unsigned kAnswerTimeoutS = 24 * 3600;  // of one statement: an ALTER of a large table
constexpr size_t kDumpHeadBytes = 64 << 10;
constexpr size_t kDefaultsBytesMax = 64 << 10;
constexpr int kSourceTimeoutMs = 60'000;

struct FollowArguments {
  Places places;
  std::string name = "source";
  std::string defaults;  // a my.cnf with how to reach the source
  std::string host;
  uint16_t port = 3306;
  std::string user;
  std::string position;
  std::string dump;
  std::string in_doubt = "ask";
  bool cut_over = false;
  std::string binlog_program = "/usr/bin/mariadb-binlog";
  std::string mysqlbinlog_program;
  std::string client_program = "/usr/bin/mariadb";
};

class NodeSession : public follow::Session {
 public:
  explicit NodeSession(node::ServerClient client) : client_(std::move(client)) {}
  Result<Rows> Query(const std::string& sql) override { return client_.Query(sql); }
  unsigned error() const override { return client_.error(); }
  std::string Quote(const std::string& text) override { return client_.Quote(text); }

 private:
  node::ServerClient client_;
};

// With each call another of the nodes that are ready on this machine.
class Nodes {
 public:
  Nodes(std::string data, std::string account)
      : data_(std::move(data)), account_(std::move(account)) {}
  Result<std::unique_ptr<follow::Session>> Connect() {
    std::vector<node::NodeStatus> ready = node::ListLocalNodes(data_);
    std::erase_if(ready, [](const node::NodeStatus& node) {
      return node.state != node::NodeState::kReady || !node::IsAlive(node.server);
    });
    if (ready.empty()) {
      return Status(Code::kUnavailable, "no node is ready on this machine: start one first");
    }
    const node::NodeStatus& chosen = ready[next_++ % ready.size()];
    ASSIGN_OR_RETURN(node::ServerClient client,
                     node::ServerClient::Connect(chosen.socket, account_, kAnswerTimeoutS));
    return std::unique_ptr<follow::Session>(std::make_unique<NodeSession>(std::move(client)));
  }

 private:
  const std::string data_;
  const std::string account_;
  size_t next_ = 0;
};

std::vector<std::string> SourceWords(const FollowArguments& args, const std::string& defaults) {
  std::vector<std::string> words;
  if (!defaults.empty()) words.push_back("--defaults-extra-file=" + defaults);
  words.push_back("--host=" + args.host);
  words.push_back(fmt::format("--port={}", args.port));
  if (!args.user.empty()) words.push_back("--user=" + args.user);
  return words;
}

// Rows of one statement of the source, by the client program; columns by tab.
Result<std::vector<std::string>> AskSource(const FollowArguments& args, const std::string& defaults,
                                           const std::string& sql) {
  ASSIGN_OR_RETURN(const auto output, TemporaryFile::Make("follow"));
  std::vector<std::string> argv = {args.client_program};
  const std::vector<std::string> words = SourceWords(args, defaults);
  argv.insert(argv.end(), words.begin(), words.end());
  argv.insert(argv.end(), {"--batch", "--skip-column-names", "--protocol=tcp", "--execute=" + sql});
  ASSIGN_OR_RETURN(const node::ProcessEnd end,
                   node::RunToEnd({argv, output->path()}, kSourceTimeoutMs, nullptr));
  const std::string text = node::ReadLogTail(output->path());
  if (!(end == node::ProcessEnd{true, 0, 0})) {
    return Status(Code::kUnavailable, fmt::format("the source {}:{} does not answer: {}", args.host,
                                                  args.port, node::TailLines(text, 1)));
  }
  std::vector<std::string> lines;
  for (size_t at = 0; at < text.size();) {
    const size_t line_end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, line_end - at));
    at = line_end + 1;
  }
  return lines;
}

// The program that can read the source's binary log, with what only this one takes.
Result<std::vector<std::string>> BinlogProgram(const FollowArguments& args,
                                               const std::string& defaults) {
  ASSIGN_OR_RETURN(const auto lines, AskSource(args, defaults, "SELECT @@version"));
  const std::string version = lines.empty() ? "" : lines.back();
  if (version.find("MariaDB") != std::string::npos || version.starts_with('5')) {
    return std::vector<std::string>{args.binlog_program, "--skip-annotate-row-events"};
  }
  if (args.mysqlbinlog_program.empty()) {
    return Status(
        Code::kInvalidArgument,
        fmt::format("the source is MySQL {}, whose binary log mariadb-binlog does not read: "
                    "give MySQL's own program as --mysqlbinlog=PATH",
                    version));
  }
  return std::vector<std::string>{args.mysqlbinlog_program};
}

Status CheckSource(const FollowArguments& args, const std::string& defaults) {
  ASSIGN_OR_RETURN(const auto lines,
                   AskSource(args, defaults,
                             "SELECT CONCAT_WS(',', @@log_bin + 0, @@global.binlog_format, "
                             "@@global.binlog_row_image)"));
  if (lines.empty() || lines.back() != "1,ROW,FULL") {
    return {Code::kInvalidArgument,
            fmt::format("the source must have log_bin=ON, binlog_format=ROW and "
                        "binlog_row_image=FULL; it has {}",
                        lines.empty() ? "nothing" : lines.back())};
  }
  // MySQL logs JSON in a binary form of its own; MariaDB's is a text, and its type another.
  ASSIGN_OR_RETURN(const auto documents,
                   AskSource(args, defaults,
                             "SELECT CONCAT(table_schema, '.', table_name, '.', column_name) FROM "
                             "information_schema.columns WHERE data_type = 'json' AND table_schema "
                             "NOT IN ('mysql', 'sys', 'performance_schema', 'information_schema') "
                             "LIMIT 1"));
  if (documents.empty()) return Status::Ok();
  return {Code::kInvalidArgument,
          fmt::format("the source's column {} is of MySQL's type JSON, whose changes MariaDB can't "
                      "read: make it LONGTEXT there, and dump again",
                      documents.back())};
}

// Where the source is, once nobody writes to it any more.
Result<follow::SourcePosition> CutOver(const FollowArguments& args, const std::string& defaults) {
  ASSIGN_OR_RETURN(const auto read_only, AskSource(args, defaults, "SELECT @@global.read_only"));
  if (read_only.empty() || read_only.back() == "0") {
    return Status(Code::kInvalidArgument,
                  "the source still takes writes; at cut-over stop its clients, then: SET GLOBAL "
                  "read_only=1");
  }
  auto lines = AskSource(args, defaults, "SHOW MASTER STATUS");
  // MySQL since 8.4.
  if (!lines.ok()) lines = AskSource(args, defaults, "SHOW BINARY LOG STATUS");
  RETURN_IF_ERROR(lines.status());
  const std::string line = lines->empty() ? "" : lines->back();
  const size_t tab = line.find('\t');
  if (tab == std::string::npos) return Status(Code::kInternal, "the source has no binary log");
  const size_t end = std::min(line.find('\t', tab + 1), line.size());
  return follow::ParseSourcePosition(line.substr(0, tab) + ":" +
                                     line.substr(tab + 1, end - tab - 1));
}

Result<std::optional<follow::SourcePosition>> StartOf(const FollowArguments& args) {
  if (!args.position.empty()) {
    ASSIGN_OR_RETURN(follow::SourcePosition position, follow::ParseSourcePosition(args.position));
    return std::optional(std::move(position));
  }
  if (args.dump.empty()) return std::optional<follow::SourcePosition>();
  const std::unique_ptr<std::FILE, decltype(&std::fclose)> file(std::fopen(args.dump.c_str(), "rb"),
                                                                &std::fclose);
  if (!file) return snapshot::ErrnoStatus(errno, "open", args.dump);
  std::string head(kDumpHeadBytes, '\0');
  head.resize(std::fread(head.data(), 1, head.size(), file.get()));
  auto position = follow::FindDumpPosition(head);
  if (!position.ok()) return position.status().WithContext(args.dump);
  return std::optional(std::move(*position));
}

Result<int> Follow(FollowArguments& args) {
  RETURN_IF_ERROR(args.places.Resolve());
  follow::FollowRequest request;
  ASSIGN_OR_RETURN(request.start, StartOf(args));
  // Read before we become the owner, who may not.
  std::string defaults;
  if (!args.defaults.empty()) {
    ASSIGN_OR_RETURN(const Bytes bytes, snapshot::ReadFile(args.defaults, kDefaultsBytesMax));
    defaults = AsText(bytes);
  }
  RETURN_IF_ERROR(ActAsOwnerOf(args.places.volume));
  // In a directory that nobody else may enter; one that was killed left it for the next.
  std::unique_ptr<TemporaryFile> defaults_file;
  if (!defaults.empty()) {
    defaults_file = std::make_unique<TemporaryFile>(
        fmt::format("{}/.follow-{}.cnf", args.places.data, args.name));
    RETURN_IF_ERROR(snapshot::WriteFileAtomically(defaults_file->path(), AsBytes(defaults),
                                                  snapshot::Durability::kProcess));
  }
  const std::string defaults_path = defaults_file != nullptr ? defaults_file->path() : "";
  const std::atomic<bool>& cancel = CancelBySignal();
  RETURN_IF_ERROR(CheckSource(args, defaults_path));
  if (args.cut_over) {
    ASSIGN_OR_RETURN(request.until, CutOver(args, defaults_path));
  }
  ASSIGN_OR_RETURN(const node::Account self, node::OwnAccount());
  Nodes nodes(args.places.data, self.name);
  ASSIGN_OR_RETURN(request.binlog_command, BinlogProgram(args, defaults_path));
  const std::vector<std::string> words = SourceWords(args, defaults_path);
  // --defaults-extra-file has to come first.
  request.binlog_command.insert(request.binlog_command.begin() + 1, words.begin(), words.end());
  request.applier.name = args.name;
  request.applier.doubt = args.in_doubt == "done"    ? follow::Doubt::kDone
                          : args.in_doubt == "again" ? follow::Doubt::kAgain
                                                     : follow::Doubt::kAsk;
  request.connect = [&] { return nodes.Connect(); };
  const int64_t began_ns = SystemClock().MonotonicNs();
  request.tell = [&](const std::string& line) { PrintStep(line, began_ns); };
  const auto report = follow::Follow(request, SystemClock(), cancel);
  if (report.status().code() == Code::kAborted) {
    fmt::print("stopped; the next one goes on where the cluster is\n");
    return static_cast<int>(kOk);
  }
  RETURN_IF_ERROR(report.status());
  fmt::print(
      "everything up to {} is in the cluster: {} transactions in {} commits, {} definitions, "
      "in {:.1f} s; the cluster may take the source's place\n",
      report->position.ToString(), report->figures.transactions, report->figures.commits,
      report->figures.definitions, SecondsSince(began_ns));
  return static_cast<int>(kOk);
}

}  // namespace

void AddFollowCommand(CLI::App& app, Outcome& outcome) {
  auto args = std::make_shared<FollowArguments>();
  CLI::App* command = app.add_subcommand(
      "follow",
      "Keep the cluster up with another MySQL or MariaDB server, from its binary log, until "
      "cut-over, "
      "after a dump of it was loaded. Each of its transactions is applied exactly once, whatever "
      "dies. See docs/import.md");
  AddVolumeOption(*command, args->places, false);
  AddDataOption(*command, args->places);
  command->add_option("--source", args->host, "Host of the other server")->required();
  command->add_option("--source-port", args->port, "Its port")->check(CLI::Range(1, 65535));
  command->add_option(
      "--source-user", args->user,
      "User there, with REPLICATION SLAVE and BINLOG MONITOR [default: as the client "
      "programs do]");
  command
      ->add_option("--source-defaults", args->defaults,
                   "my.cnf with the password and TLS options for that user, in [client]")
      ->type_name("FILE");
  CLI::Option* dump = command->add_option("--dump", args->dump,
                                          "The dump that was loaded, of mariadb-dump "
                                          "--master-data=2, or mydumper's file metadata: says "
                                          "where to begin; needed the first time only");
  CLI::Option* position =
      command->add_option("--position", args->position, "The same, as FILE:OFFSET");
  dump->excludes(position);
  command->add_option("--name", args->name, "Name of the source in the cluster, to follow several")
      ->check([](const std::string& name) {
        return node::CheckNodeName(name).ok() ? std::string() : "give a short name";
      });
  command->add_flag("--cut-over", args->cut_over,
                    "End when everything is in; the source must be read_only");
  command
      ->add_option("--in-doubt", args->in_doubt,
                   "An ALTER or RENAME was under way when a node died: done or again, as you found "
                   "the table")
      ->check(CLI::IsMember({"ask", "done", "again"}));
  command->add_option("--mariadb-binlog", args->binlog_program, "Path of mariadb-binlog");
  command->add_option("--mysqlbinlog", args->mysqlbinlog_program,
                      "Path of MySQL's own mysqlbinlog, for a source that is MySQL 8 or newer");
  command->add_option("--mariadb", args->client_program, "Path of the client, mariadb");
  command->callback([args, &outcome] { outcome.exit_code = Report(Follow(*args)); });
}

}  // namespace borealis::cli

// prefix_probe: writers and readers on all servers; then every read is checked (prefix_checker.h).
//
//   prefix_probe --servers HOST:PORT,... --user U --password P [--seconds N] [--writers N]
//                [--readers N] [--open N] [--read plain|transaction|snapshot] [--seqnos]
//                [--falsify]
//
//   --writers, --readers   per server (default 2 and 4)
//   --open   transactions per server that wrote and stay open (default 0): the more there are, the
//            longer a server takes to note which are under way, and the likelier is what is looked
//            for
//   --read   plain: one SELECT, autocommit; transaction: BEGIN; SELECT; COMMIT;
//            snapshot: START TRANSACTION WITH CONSISTENT SNAPSHOT; SELECT; COMMIT
//   --seqnos    the servers are nodes of a cluster: writers note the seqno of each commit
//   --falsify   turns one read into one that shows a commit without an earlier one: must be found
//
// Makes and uses the database `prefix_probe` on the first server; if the servers are stand-alone,
// give one only. Prints one line of JSON. Exit codes: 0 every read is a prefix, 1 not, 2 usage,
// 3 a server failed.
#include <fmt/core.h>
#include <getopt.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "prefix_checker.h"
#include "probe_client.h"

namespace borealis::history {
namespace {

constexpr char kSelect[] = "SELECT v FROM prefix_probe.counter ORDER BY id";

struct Settings {
  std::vector<Endpoint> servers;
  std::string user;
  std::string password;
  int seconds = 10;
  int writers = 2;
  int readers = 4;
  int open = 0;
  std::string read = "plain";
  bool seqnos = false;
  bool falsify = false;
};

struct Commit {
  int64_t value = 0;
  int64_t seqno = 0;
};

[[noreturn]] void Usage(const std::string& why) {
  fmt::print(stderr, "prefix_probe: {}; see the top of prefix_probe.cc\n", why);
  std::exit(2);  // NOLINT(concurrency-mt-unsafe): before any thread is started
}

std::vector<Endpoint> ParseServers(std::string text) {
  std::vector<Endpoint> servers;
  text += ',';
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find(',', at);
    const std::string name = text.substr(at, end - at);
    const size_t colon = name.rfind(':');
    if (colon == std::string::npos) Usage("a server is HOST:PORT");
    servers.push_back({name, name.substr(0, colon),
                       static_cast<unsigned>(std::strtoul(name.c_str() + colon + 1, nullptr, 10))});
    at = end + 1;
  }
  return servers;
}

Settings ParseFlags(int argc, char** argv) {
  const option options[] = {{"servers", required_argument, nullptr, 's'},
                            {"user", required_argument, nullptr, 'u'},
                            {"password", required_argument, nullptr, 'p'},
                            {"seconds", required_argument, nullptr, 't'},
                            {"writers", required_argument, nullptr, 'w'},
                            {"readers", required_argument, nullptr, 'r'},
                            {"open", required_argument, nullptr, 'o'},
                            {"read", required_argument, nullptr, 'k'},
                            {"seqnos", no_argument, nullptr, 'q'},
                            {"falsify", no_argument, nullptr, 'f'},
                            {nullptr, 0, nullptr, 0}};
  Settings settings;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread is started
  for (int flag; (flag = getopt_long(argc, argv, "", options, nullptr)) != -1;) {
    const std::string value = optarg == nullptr ? "" : optarg;
    switch (flag) {
      case 's':
        settings.servers = ParseServers(value);
        break;
      case 'u':
        settings.user = value;
        break;
      case 'p':
        settings.password = value;
        break;
      case 't':
        settings.seconds = std::atoi(value.c_str());
        break;
      case 'w':
        settings.writers = std::atoi(value.c_str());
        break;
      case 'r':
        settings.readers = std::atoi(value.c_str());
        break;
      case 'o':
        settings.open = std::atoi(value.c_str());
        break;
      case 'k':
        settings.read = value;
        break;
      case 'q':
        settings.seqnos = true;
        break;
      case 'f':
        settings.falsify = true;
        break;
      default:
        Usage("unknown flag");
    }
  }
  if (settings.servers.empty()) Usage("give --servers");
  if (settings.seconds < 1 || settings.writers < 1 || settings.readers < 1) Usage("bad number");
  return settings;
}

std::string ReadStatements(const std::string& kind) {
  if (kind == "plain") return kSelect;
  if (kind == "transaction") return fmt::format("BEGIN; {}; COMMIT", kSelect);
  if (kind == "snapshot") {
    return fmt::format("START TRANSACTION WITH CONSISTENT SNAPSHOT; {}; COMMIT", kSelect);
  }
  Usage("--read is plain, transaction or snapshot");
}

class Probe {
 public:
  explicit Probe(Settings settings) : settings_(std::move(settings)) {}

  Verdict Run() {
    const size_t counters = settings_.servers.size() * static_cast<size_t>(settings_.writers);
    CreateTable(counters);
    commits_.resize(counters);
    reads_.resize(settings_.servers.size() * static_cast<size_t>(settings_.readers));
    const std::vector<std::unique_ptr<ProbeClient>> open = OpenTransactions();
    std::vector<std::thread> threads;
    for (size_t i = 0; i < counters; ++i) {
      threads.emplace_back([this, i] { Write(i); });
    }
    for (size_t i = 0; i < reads_.size(); ++i) {
      threads.emplace_back([this, i] { ReadAll(i); });
    }
    std::this_thread::sleep_for(std::chrono::seconds(settings_.seconds));
    stop_ = true;
    for (std::thread& thread : threads) thread.join();
    return Judge(counters);
  }

  size_t commits() const {
    size_t total = 0;
    for (const auto& of_one : commits_) total += of_one.size();
    return total;
  }

 private:
  ProbeClient Connect(size_t server) {
    return {settings_.servers[server], settings_.user, settings_.password};
  }

  std::vector<std::unique_ptr<ProbeClient>> OpenTransactions() {
    std::vector<std::unique_ptr<ProbeClient>> open;
    for (size_t server = 0; server < settings_.servers.size(); ++server) {
      for (int i = 0; i < settings_.open; ++i) {
        open.push_back(std::make_unique<ProbeClient>(settings_.servers[server], settings_.user,
                                                     settings_.password));
        open.back()->Run(fmt::format("BEGIN; INSERT INTO prefix_probe.open VALUES ({})", i),
                         nullptr);
      }
    }
    return open;
  }

  void CreateTable(size_t counters) {
    ProbeClient client = Connect(0);
    std::string setup =
        "CREATE OR REPLACE DATABASE prefix_probe; CREATE TABLE prefix_probe.counter"
        " (id INT PRIMARY KEY, v BIGINT NOT NULL) ENGINE=InnoDB;"
        " CREATE TABLE prefix_probe.open (id INT PRIMARY KEY) ENGINE=InnoDB";
    for (size_t i = 0; i < counters; ++i) {
      setup += fmt::format("; INSERT INTO prefix_probe.counter VALUES ({}, 0)", i);
    }
    client.Run(setup, nullptr);
    if (!settings_.seqnos) return;
    for (size_t i = 0; i < settings_.servers.size(); ++i) {
      ProbeClient other = Connect(i);
      other.Run(fmt::format("SET wsrep_sync_wait = 1; {}", kSelect), nullptr);
    }
  }

  void Write(size_t counter) {
    ProbeClient::ThreadStart();
    {
      ProbeClient client = Connect(counter / static_cast<size_t>(settings_.writers));
      std::string statements =
          fmt::format("UPDATE prefix_probe.counter SET v = v + 1 WHERE id = {}", counter);
      if (settings_.seqnos) statements += "; SELECT WSREP_LAST_WRITTEN_GTID()";
      ProbeClient::Rows rows;
      for (int64_t value = 1; !stop_;) {
        if (!client.Run(statements, &rows)) continue;  // rolled back: again
        Commit commit{value, 0};
        if (settings_.seqnos) {
          const std::string& gtid = rows.at(0).at(0);
          commit.seqno = std::atoll(gtid.c_str() + gtid.rfind('-') + 1);
        }
        commits_[counter].push_back(commit);
        ++value;
      }
    }
    ProbeClient::ThreadEnd();
  }

  void ReadAll(size_t reader) {
    ProbeClient::ThreadStart();
    {
      ProbeClient client = Connect(reader / static_cast<size_t>(settings_.readers));
      const std::string statements = ReadStatements(settings_.read);
      ProbeClient::Rows rows;
      while (!stop_) {
        if (!client.Run(statements, &rows)) continue;
        Read read;
        for (const auto& row : rows) read.push_back(std::atoll(row.at(0).c_str()));
        reads_[reader].push_back(std::move(read));
      }
    }
    ProbeClient::ThreadEnd();
  }

  Verdict Judge(size_t counters) {
    PrefixChecker checker(counters);
    if (settings_.seqnos) {
      for (size_t i = 0; i < counters; ++i) {
        for (const Commit& commit : commits_[i]) checker.AddCommit(i, commit.value, commit.seqno);
      }
    }
    if (settings_.falsify) Falsify();
    for (size_t i = 0; i < reads_.size(); ++i) {
      const std::string& node = settings_.servers[i / static_cast<size_t>(settings_.readers)].name;
      for (const Read& read : reads_[i]) checker.AddRead(node, read);
    }
    return checker.Check();
  }

  // A read from the middle of the run gets the last value of one counter.
  void Falsify() {
    std::vector<Read>& reads = reads_.front();
    reads[reads.size() / 2].front() = static_cast<int64_t>(commits_.front().size());
  }

  const Settings settings_;
  std::atomic<bool> stop_{false};
  std::vector<std::vector<Commit>> commits_;  // by counter; each belongs to its writer's thread
  std::vector<std::vector<Read>> reads_;      // by reader, likewise
};

int Main(int argc, char** argv) {
  const Settings settings = ParseFlags(argc, argv);
  mysql_library_init(0, nullptr, nullptr);
  Probe probe(settings);
  const Verdict verdict = probe.Run();
  for (const std::string& example : verdict.examples) fmt::print(stderr, "{}\n", example);
  fmt::print(
      "{{\"read\": \"{}\", \"seconds\": {}, \"commits\": {}, \"reads\": {}, \"distinct\": {}, "
      "\"forks\": {}, \"gaps\": {}}}\n",
      settings.read, settings.seconds, probe.commits(), verdict.reads, verdict.distinct,
      verdict.forks, verdict.gaps);
  return verdict.ok() ? 0 : 1;
}

}  // namespace
}  // namespace borealis::history

int main(int argc, char** argv) { return borealis::history::Main(argc, argv); }

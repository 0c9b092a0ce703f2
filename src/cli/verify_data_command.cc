// borealis verify-data
#include <fmt/core.h>
#include <unistd.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/mutex.h"
#include "cli/common.h"
#include "node/account.h"
#include "node/node_control.h"
#include "node/volume.h"
#include "verify/verify.h"

namespace borealis::cli {
namespace {

using Json = nlohmann::json;
constexpr int64_t kProgressNs = 1'000'000'000;
constexpr size_t kValueShownMax = 200;  // characters of one node's side of a difference

struct VerifyArguments {
  Places places;
  std::vector<std::string> servers;  // NAME=SOCKET
  bool json = false;
  bool quiet = false;
};

struct Chosen {
  std::vector<verify::Endpoint> endpoints;
  std::vector<std::string> left_out;  // in words
};

Result<Chosen> FromArguments(const std::vector<std::string>& servers) {
  Chosen chosen;
  for (const std::string& server : servers) {
    const size_t equals = server.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == server.size()) {
      return Status(Code::kInvalidArgument, "--server takes NAME=SOCKET, not " + server);
    }
    chosen.endpoints.push_back({server.substr(0, equals), server.substr(equals + 1)});
  }
  return chosen;
}

// The nodes of the volume whose servers run on this machine.
Result<Chosen> FromVolume(Places& places) {
  RETURN_IF_ERROR(places.Resolve());
  RETURN_IF_ERROR(ActAsOwnerOf(places.volume));
  ASSIGN_OR_RETURN(const auto volume, node::LookAtVolume(places.volume));
  ASSIGN_OR_RETURN(const auto nodes,
                   node::ListNodes(*volume, places.volume, places.data, SystemClock()));
  Chosen chosen;
  for (const node::NodeStatus& node : nodes) {
    if (node.state == node::NodeState::kReady) {
      chosen.endpoints.push_back({node.name, node.socket});
    } else {
      chosen.left_out.push_back(
          fmt::format("{} is {}", node.name, node::NodeStateName(node.state)));
    }
  }
  return chosen;
}

// A line a second at most, on standard error.
class ProgressLine {
 public:
  explicit ProgressLine(bool quiet) : quiet_(quiet) {}
  void Show(const verify::Progress& progress) {
    if (quiet_) return;
    const int64_t now_ns = SystemClock().MonotonicNs();
    MutexLock lock(mutex_);
    if (now_ns - shown_ns_ < kProgressNs) return;
    shown_ns_ = now_ns;
    fmt::print(stderr, "{}: table {} of {}: {}\n", progress.node, progress.tables_done + 1,
               progress.tables, progress.table);
  }

 private:
  const bool quiet_;
  Mutex mutex_;
  int64_t shown_ns_ GUARDED_BY(mutex_) = SystemClock().MonotonicNs();
};

void PrintJson(const verify::Report& report, const Chosen& chosen) {
  Json differences = Json::array();
  for (const verify::Difference& difference : report.differences) {
    differences.push_back({{"what", difference.what}, {"values", difference.values}});
  }
  const Json json = {{"equal", report.differences.empty() && report.undecided.empty()},
                     {"seqno", report.seqno.value},
                     {"nodes", report.nodes},
                     {"left_out", chosen.left_out},
                     {"tables", report.tables},
                     {"rows", report.rows},
                     {"objects", report.objects},
                     {"rounds", report.rounds},
                     {"held_us_max", report.held_us_max},
                     {"differences", differences},
                     {"not_compared", report.not_compared},
                     {"undecided", report.undecided}};
  fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
}

std::string Short(const std::string& value) {
  return value.size() <= kValueShownMax ? value : value.substr(0, kValueShownMax) + "...";
}

void Print(const verify::Report& report, const Chosen& chosen) {
  for (const verify::Difference& difference : report.differences) {
    fmt::print("DIFFERENT {}\n", difference.what);
    for (const auto& [node, value] : difference.values) {
      fmt::print("  {}: {}\n", node, Short(value));
    }
  }
  for (const auto& [what, why] : report.undecided) fmt::print("undecided {}: {}\n", what, why);
  for (const auto& [what, why] : report.not_compared) {
    fmt::print("not compared {}: {}\n", what, why);
  }
  for (const std::string& node : chosen.left_out) fmt::print("not compared: {}\n", node);
  std::string nodes;
  for (const std::string& node : report.nodes) nodes += (nodes.empty() ? "" : ", ") + node;
  fmt::print(
      "{} at seqno {}: {}; {} tables, {} rows, {} definitions and grants; held {:.1f} ms\n",
      report.differences.empty() ? (report.undecided.empty() ? "equal" : "undecided") : "different",
      report.seqno, nodes, report.tables, report.rows, report.objects,
      static_cast<double>(report.held_us_max) / 1000);
}

Result<int> VerifyData(VerifyArguments& args) {
  ASSIGN_OR_RETURN(const Chosen chosen,
                   args.servers.empty() ? FromVolume(args.places) : FromArguments(args.servers));
  if (chosen.endpoints.size() < 2) {
    std::string why;
    for (const std::string& node : chosen.left_out) why += "; " + node;
    return Status(Code::kUnavailable, "there are not two nodes to compare" + why);
  }
  ASSIGN_OR_RETURN(const node::Account account, node::OwnAccount());
  ProgressLine line(args.quiet || args.json);
  ASSIGN_OR_RETURN(const verify::Report report,
                   verify::Verify(chosen.endpoints, account.name,
                                  [&](const verify::Progress& progress) { line.Show(progress); }));
  if (args.json) {
    PrintJson(report, chosen);
  } else {
    Print(report, chosen);
  }
  if (!report.differences.empty()) return static_cast<int>(kDifferent);
  return static_cast<int>(report.undecided.empty() ? kOk : kUndecided);
}

}  // namespace

void AddVerifyDataCommand(CLI::App& app, Outcome& outcome) {
  auto args = std::make_shared<VerifyArguments>();
  CLI::App* command = app.add_subcommand(
      "verify-data", "Compares all data of the nodes at one moment, while they serve");
  command->add_option("--volume,volume", args->places.volume, "Directory of the volume")
      ->envname("BOREALIS_VOLUME")
      ->type_name("DIR");
  AddDataOption(*command, args->places);
  command
      ->add_option("--server", args->servers, "Compare these servers instead of the volume's nodes")
      ->type_name("NAME=SOCKET");
  command->add_flag("--json", args->json, "As JSON");
  command->add_flag("--quiet", args->quiet, "No lines of progress");
  command->footer(
      "Exit codes: 0 equal, 1 different (each difference is named), 2 wrong arguments,\n"
      "4 no verdict: a node did not answer, or statements like ALTER TABLE got in the way.");
  command->callback([args, &outcome] {
    if (args->places.volume.empty() && args->servers.empty()) {
      outcome.exit_code = kUsage;
      Report({Code::kInvalidArgument, "give --volume or --server"});
      return;
    }
    const Result<int> code = VerifyData(*args);
    outcome.exit_code = code.ok() ? *code : static_cast<int>(kUndecided);
    if (!code.ok()) Report(code.status());
  });
}

}  // namespace borealis::cli

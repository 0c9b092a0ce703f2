#include "cli/managed.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdlib>
#include <map>
#include <thread>

#include "base/clock.h"

namespace borealis::cli {
namespace {

constexpr auto kLookEvery = std::chrono::milliseconds(200);
constexpr char kClient[] = "/usr/bin/mariadb";

}  // namespace

void AddDirectoryOption(CLI::App& command, ManagedArguments& args) {
  args.dir = "/var/lib/borealis";
  command.add_option("--dir", args.dir, "Directory of the control plane")
      ->envname("BOREALIS_DIR")
      ->type_name("DIR");
}

void AddTimeoutOption(CLI::App& command, ManagedArguments& args) {
  command.add_option("--timeout", args.timeout_s, "Seconds to wait")->check(CLI::Range(1, 86400));
}

void AddWaitOptions(CLI::App& command, ManagedArguments& args) {
  command.add_flag("--no-wait", args.no_wait, "Only ask for it");
  AddTimeoutOption(command, args);
}

Result<ApiClient> OpenApi(const ManagedArguments& args) {
  return ApiClient::Open(node::AbsolutePath(args.dir));
}

Result<Json> FindOne(const ApiClient& api, const char* action, const char* parameter,
                     const char* list, const std::string& name) {
  ASSIGN_OR_RETURN(const Json answer, api.Call(action, {{parameter, name}}));
  const Json found = answer.value(list, Json::array());
  if (found.empty()) return Status(Code::kNotFound, name + " is not there");
  return found.front();
}

Result<Json> FindCluster(const ApiClient& api, const std::string& name) {
  return FindOne(api, "DescribeDBClusters", "DBClusterIdentifier", "DBClusters", name);
}

Result<Json> FindInstance(const ApiClient& api, const std::string& name) {
  return FindOne(api, "DescribeDBInstances", "DBInstanceIdentifier", "DBInstances", name);
}

Result<std::vector<Json>> InstancesOf(const ApiClient& api, const std::string& cluster) {
  Fields fields;
  if (!cluster.empty()) {
    fields = {{"Filters.Filter.1.Name", "db-cluster-id"},
              {"Filters.Filter.1.Values.Value.1", cluster}};
  }
  ASSIGN_OR_RETURN(const Json answer, api.Call("DescribeDBInstances", fields));
  return answer.value("DBInstances", std::vector<Json>());
}

void PrintFound(const ManagedArguments& args, const Json& found, void (*line)(const Json&)) {
  if (args.json) {
    fmt::print("{}\n", found.dump(2));
  } else if (found.is_array()) {
    for (const Json& each : found) line(each);
  } else {
    line(found);
  }
}

std::string TextOf(const Json& record, const char* member) {
  const auto found = record.find(member);
  if (found == record.end()) return "-";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

std::string EndpointOf(const Json& instance) {
  const Json endpoint = instance.value("Endpoint", Json::object());
  if (!endpoint.is_object() || endpoint.empty()) return "-";
  return TextOf(endpoint, "Address") + ":" + TextOf(endpoint, "Port");
}

Status Await(const ManagedArguments& args, const std::string& wanted, const Statuses& statuses) {
  const int64_t began_ns = SystemClock().MonotonicNs();
  std::map<std::string, std::string> shown;
  while (true) {
    ASSIGN_OR_RETURN(const auto now, statuses());
    bool all = true;
    for (const auto& [name, status] : now) {
      if (shown[name] != status) {
        fmt::print(stderr, "{:>6.1f} s  {} is {}\n", SecondsSince(began_ns), name, status);
        shown[name] = status;
      }
      if (status == "failed") {
        return {Code::kInternal,
                fmt::format("{} failed; `aws rds describe-events` says why", name)};
      }
      all = all && status == wanted;
    }
    if (all) return Status::Ok();
    if (SecondsSince(began_ns) > args.timeout_s) {
      return {Code::kTimeout, fmt::format("not {} within {} s", wanted, args.timeout_s)};
    }
    std::this_thread::sleep_for(kLookEvery);
  }
}

Status AwaitAvailable(const ManagedArguments& args, const ApiClient& api,
                      const std::string& cluster) {
  if (args.no_wait) return Status::Ok();
  return Await(args, "available", [&]() -> Result<std::map<std::string, std::string>> {
    std::map<std::string, std::string> statuses;
    ASSIGN_OR_RETURN(const Json found, FindCluster(api, cluster));
    statuses[cluster] = TextOf(found, "Status");
    ASSIGN_OR_RETURN(const auto instances, InstancesOf(api, cluster));
    for (const Json& instance : instances) {
      statuses[TextOf(instance, "DBInstanceIdentifier")] = TextOf(instance, "DBInstanceStatus");
    }
    return statuses;
  });
}

Status AwaitGone(const ManagedArguments& args, const std::function<Result<Json>()>& look,
                 const std::string& name) {
  if (args.no_wait) return Status::Ok();
  return Await(args, "gone", [&]() -> Result<std::map<std::string, std::string>> {
    const auto found = look();
    if (found.status().code() == Code::kNotFound) {
      return std::map<std::string, std::string>{{name, "gone"}};
    }
    RETURN_IF_ERROR(found.status());
    const bool instance = found->contains("DBInstanceStatus");
    return std::map<std::string, std::string>{
        {name, TextOf(*found, instance ? "DBInstanceStatus" : "Status")}};
  });
}

Status RunClient(const std::string& endpoint, const std::string& user) {
  const size_t colon = endpoint.find(':');
  if (colon == std::string::npos) {
    return {Code::kUnavailable, "there is no endpoint yet: wait until it is available"};
  }
  std::vector<std::string> words = {kClient, "--protocol=tcp",
                                    "--host=" + endpoint.substr(0, colon),
                                    "--port=" + endpoint.substr(colon + 1), "--user=" + user};
  // NOLINTBEGIN(concurrency-mt-unsafe): one thread
  if (const char* password = getenv("BOREALIS_PASSWORD")) {
    setenv("MYSQL_PWD", password, 1);
  } else {
    words.emplace_back("--password");
  }
  // NOLINTEND(concurrency-mt-unsafe)
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  execv(kClient, argv.data());
  return {Code::kNotFound, fmt::format("{} is not there", kClient)};
}

Status CrashInstance(const ApiClient& api, const std::string& name) {
  RETURN_IF_ERROR(api.Call("CrashDBInstance", {{"DBInstanceIdentifier", name}}).status());
  fmt::print("{} crashes\n", name);
  return Status::Ok();
}

}  // namespace borealis::cli

// Clusters and instances of the control plane, for `borealis cluster` and `borealis instance`:
// waiting for them, printing them, reaching them by the mariadb client.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/api_client.h"
#include "cli/common.h"

namespace borealis::cli {

// What these commands have in common.
struct ManagedArguments {
  std::string dir;
  std::string name;
  bool json = false;
  bool no_wait = false;
  int timeout_s = 600;
};
void AddDirectoryOption(CLI::App& command, ManagedArguments& args);
void AddTimeoutOption(CLI::App& command, ManagedArguments& args);
void AddWaitOptions(CLI::App& command, ManagedArguments& args);  // that, and --no-wait

// `borealis GROUP NAME` about one resource, or, not `named`, about all of them.
template <typename Arguments>
std::pair<CLI::App*, std::shared_ptr<Arguments>> AddManagedCommand(
    CLI::App& group, Outcome& outcome, const char* name, const char* help,
    Status (*run)(const Arguments&), bool named) {
  auto args = std::make_shared<Arguments>();
  CLI::App* command = group.add_subcommand(name, help);
  if (named) command->add_option("--name,name", args->name, "Its identifier")->required();
  AddDirectoryOption(*command, *args);
  command->callback([args, run, &outcome] { outcome.exit_code = Report(run(*args)); });
  return {command, args};
}

Result<ApiClient> OpenApi(const ManagedArguments& args);

// The one that `action` gives in `list`. kNotFound: there is none of that name.
Result<Json> FindOne(const ApiClient& api, const char* action, const char* parameter,
                     const char* list, const std::string& name);
Result<Json> FindCluster(const ApiClient& api, const std::string& name);
Result<Json> FindInstance(const ApiClient& api, const std::string& name);
Result<std::vector<Json>> InstancesOf(const ApiClient& api, const std::string& cluster);

// As JSON where --json is given, else a line (or lines) by `line`; of a list, for each of it.
void PrintFound(const ManagedArguments& args, const Json& found, void (*line)(const Json&));

std::string TextOf(const Json& record, const char* member);  // "-" when it is not there
std::string EndpointOf(const Json& instance);                // "address:port"; "-": none yet

// Asks until `statuses` gives the same status, `wanted`, for all it names, and tells each change on
// standard error. A resource that ends as "failed" ends it: kInternal.
using Statuses = std::function<Result<std::map<std::string, std::string>>()>;
Status Await(const ManagedArguments& args, const std::string& wanted, const Statuses& statuses);

// The same of a cluster and its instances, and until a cluster is gone.
Status AwaitAvailable(const ManagedArguments& args, const ApiClient& api,
                      const std::string& cluster);
Status AwaitGone(const ManagedArguments& args, const std::function<Result<Json>()>& look,
                 const std::string& name);

// Becomes the mariadb client; only returns if it can't. The password comes from $BOREALIS_PASSWORD
// or the client asks for it.
Status RunClient(const std::string& endpoint, const std::string& user);
// As ALTER SYSTEM CRASH does.
Status CrashInstance(const ApiClient& api, const std::string& name);

}  // namespace borealis::cli

// borealis serve; access-key create | list | remove; console-password
#include <arpa/inet.h>
#include <fmt/core.h>
#include <unistd.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/log.h"
#include "cli/common.h"
#include "control/console/password_file.h"
#include "control/daemon.h"
#include "control/keys.h"
#include "control/store/store.h"

namespace borealis::cli {
namespace {

using Json = nlohmann::json;

constexpr char kDefaultDirectory[] = "/var/lib/borealis";

struct ServeArguments {
  std::string dir = kDefaultDirectory;
  std::string address = "127.0.0.1";
  bool remote = false;
  std::string log_format = "text";
  control::DaemonOptions daemon;
};

bool IsLoopback(const std::string& address) {
  in_addr v4{};
  if (inet_pton(AF_INET, address.c_str(), &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
  return address == "::1";
}

// A line is text with the time in front, or an object of JSON.
void ChooseLog(const std::string& format) {
  if (format == "json") {
    SetStructuredLogSink([](LogLevel level, const std::string& text, const LogFields& fields) {
      nlohmann::ordered_json line = {{"time", FormatTime(SystemClock().WallUs())},
                                     {"level", LevelName(level)},
                                     {"message", text}};
      for (const auto& [name, value] : fields) line[std::string(name)] = value;
      fmt::print(stderr, "{}\n", line.dump(-1, ' ', false, Json::error_handler_t::replace));
    });
    return;
  }
  SetLogSink([](LogLevel level, const std::string& text) {
    const char* mark = level == LogLevel::kError     ? "error: "
                       : level == LogLevel::kWarning ? "warning: "
                                                     : "";
    fmt::print(stderr, "{} {}{}\n", FormatTime(SystemClock().WallUs()), mark, text);
  });
}

Status Serve(ServeArguments& args) {
  if (!args.remote && !IsLoopback(args.address)) {
    return {
        Code::kInvalidArgument,
        fmt::format("--listen {}: requests are signed but not encrypted, so only this machine may "
                    "send them; --allow-remote if something else protects the way",
                    args.address)};
  }
  in_addr base{};
  if (inet_pton(AF_INET, args.daemon.settings.address_base.c_str(), &base) != 1) {
    return {Code::kInvalidArgument, "--address-base: give an IPv4 address such as 127.0.0.11"};
  }
  args.daemon.dir = node::AbsolutePath(args.dir);
  args.daemon.trial_client = DefaultTrialClient();
  args.daemon.listen_address = args.address;
  args.daemon.programs.borealis = OwnProgram();
  if (!args.daemon.cgroup.empty()) args.daemon.cgroup = node::AbsolutePath(args.daemon.cgroup);
  if (!args.daemon.hosts.empty()) args.daemon.hosts = node::AbsolutePath(args.daemon.hosts);
  ChooseLog(args.log_format);
  return control::RunDaemon(args.daemon, SystemClock());
}

void AddServe(CLI::App& app, Outcome& outcome) {
  auto args = std::make_shared<ServeArguments>();
  CLI::App* command = app.add_subcommand(
      "serve", "Create, run and delete clusters on request of AWS's own clients (RDS API)");
  auto& [dir, address, remote, log_format, daemon] = *args;
  command->add_option("--dir", dir, "Directory for state and clusters")
      ->envname("BOREALIS_DIR")
      ->type_name("DIR");
  command->add_option("--listen", address, "IP address of the API");
  command->add_option("--listen-port", daemon.listen_port, "TCP port of the API; 0: a free one");
  command->add_flag("--allow-remote", remote,
                    "Let --listen be another address than a loopback one");
  command->add_option("--region", daemon.settings.region, "Name of the region that this is");
  command->add_option("--address-base", daemon.settings.address_base,
                      "IPv4 address of the first instance; the others get the next ones");
  command
      ->add_option("--port", daemon.settings.default_port,
                   "TCP port of instances, unless a cluster says one")
      ->check(CLI::Range(1150, 65535));
  daemon.console = DefaultConsole();
  command->add_option("--console", daemon.console,
                      "Directory of the built console; empty: the API only [default: "
                      "share/borealis/console beside this program's directory]");
  daemon.programs.server = node::kDefaultServer;
  command->add_option("--server", daemon.programs.server, "Path of mariadbd");
  command->add_option("--provider", daemon.programs.provider,
                      "Path of libborealis_provider.so [default: beside this program]");
  command->add_option("--plugin", daemon.programs.plugin,
                      "Path of libborealis_plugin.so [default: beside this program]");
  command->add_option("--haproxy", daemon.programs.balancer,
                      "Path of haproxy, through which clients reach the servers");
  command
      ->add_option(
          "--cgroup", daemon.cgroup,
          "Cgroup of version 2, delegated to this program, in which each instance gets the "
          "CPU and memory of its class")
      ->type_name("DIR");
  command
      ->add_option(
          "--hosts", daemon.hosts,
          "Hosts file that this machine resolves names by, /etc/hosts: endpoints get names "
          "there")
      ->type_name("FILE");
  command->add_option("--log-format", log_format, "Form of the log on standard error")
      ->check(CLI::IsMember({"text", "json"}));
  command->add_option("--provider-options", daemon.programs.provider_options,
                      "Options of the provider for all instances, a=1;b=2");
  command->callback([args, &outcome] { outcome.exit_code = Report(Serve(*args)); });
}

struct PasswordArguments {
  std::string dir = kDefaultDirectory;
};

Status MakePassword(const PasswordArguments& args) {
  const control::Places places{node::AbsolutePath(args.dir)};
  if (access(places.state().c_str(), F_OK) != 0) {
    return {Code::kNotFound,
            fmt::format("no control plane in {}; `borealis serve` makes one", places.dir)};
  }
  ASSIGN_OR_RETURN(const std::string password,
                   control::MakeConsolePassword(places.console_password()));
  fmt::print("{}\n", password);
  return Status::Ok();
}

void AddConsolePassword(CLI::App& app, Outcome& outcome) {
  auto args = std::make_shared<PasswordArguments>();
  CLI::App* command = app.add_subcommand(
      "console-password", "Make a password that signs in to the console once, within a day");
  command->add_option("--dir", args->dir, "Directory of the control plane")
      ->envname("BOREALIS_DIR")
      ->type_name("DIR");
  command->callback([args, &outcome] { outcome.exit_code = Report(MakePassword(*args)); });
}

struct KeyArguments {
  std::string dir = kDefaultDirectory;
  std::string name;
  std::string id;
  bool read_only = false;
  bool json = false;
};

Result<std::unique_ptr<control::Store>> OpenStore(const KeyArguments& args) {
  const control::Places places{node::AbsolutePath(args.dir)};
  if (access(places.state().c_str(), F_OK) != 0) {
    return Status(Code::kNotFound,
                  fmt::format("no control plane in {}; `borealis serve` makes one", places.dir));
  }
  return control::Store::Open(places.state());
}

Status CreateKey(const KeyArguments& args) {
  ASSIGN_OR_RETURN(const auto store, OpenStore(args));
  ASSIGN_OR_RETURN(const auto key,
                   control::MakeKey(*store, args.name, args.read_only, SystemClock().WallUs()));
  fmt::print("[default]\naws_access_key_id = {}\naws_secret_access_key = {}\n", key.id, key.secret);
  return Status::Ok();
}

Status ListKeys(const KeyArguments& args) {
  ASSIGN_OR_RETURN(const auto store, OpenStore(args));
  ASSIGN_OR_RETURN(const auto keys, store->ListKeys());
  Json list = Json::array();
  for (const auto& key : keys) {
    list.push_back({{"id", key.id},
                    {"name", key.name},
                    {"read_only", key.read_only},
                    {"created_us", key.created_us}});
  }
  if (args.json) {
    fmt::print("{}\n", list.dump(2, ' ', false, Json::error_handler_t::replace));
    return Status::Ok();
  }
  for (const auto& key : keys) {
    fmt::print("{:<22} {:<10} {} {}\n", key.id, key.read_only ? "read-only" : "full",
               FormatTime(key.created_us), key.name);
  }
  return Status::Ok();
}

Status RemoveKey(const KeyArguments& args) {
  ASSIGN_OR_RETURN(const auto store, OpenStore(args));
  return store->RemoveKey(args.id);
}

void AddAccessKey(CLI::App& app, Outcome& outcome) {
  auto args = std::make_shared<KeyArguments>();
  CLI::App* keys =
      app.add_subcommand("access-key", "Keys that requests to `borealis serve` are signed with");
  keys->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, Status (*run)(const KeyArguments&)) {
    CLI::App* command = keys->add_subcommand(name, help);
    command->add_option("--dir", args->dir, "Directory of the control plane")
        ->envname("BOREALIS_DIR")
        ->type_name("DIR");
    command->callback([args, run, &outcome] { outcome.exit_code = Report(run(*args)); });
    return command;
  };
  CLI::App* create = add("create", "Make a key and print it, the only time", CreateKey);
  create->add_option("--name", args->name, "What it is for");
  create->add_flag("--read-only", args->read_only, "It may only look");
  add("list", "List the keys, without their secrets", ListKeys)
      ->add_flag("--json", args->json, "As JSON");
  add("remove", "Remove a key; it is refused from now on", RemoveKey)
      ->add_option("--id,id", args->id, "Its id")
      ->required();
}

}  // namespace

void AddServeCommands(CLI::App& app, Outcome& outcome) {
  AddServe(app, outcome);
  AddAccessKey(app, outcome);
  AddConsolePassword(app, outcome);
}

}  // namespace borealis::cli

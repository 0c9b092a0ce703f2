// borealis account set-password | make-master
#include <fmt/core.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <memory>

#include "cli/common.h"
#include "node/node_control.h"
#include "node/password_hash.h"
#include "node/user_accounts.h"

namespace borealis::cli {
namespace {

struct PasswordArguments {
  Places places;
  std::string user;
  std::string host = "%";
  bool disconnect = false;
};

Status SetPassword(PasswordArguments& args) {
  RETURN_IF_ERROR(args.places.Resolve());
  ASSIGN_OR_RETURN(const std::string password, ReadPassword());
  RETURN_IF_ERROR(ActAsOwnerOf(args.places.volume));
  bool done = false;
  for (const node::NodeStatus& node : node::ListLocalNodes(args.places.data)) {
    if (node.volume != args.places.volume || node.state != node::NodeState::kReady) continue;
    if (done && !args.disconnect) break;
    ASSIGN_OR_RETURN(node::ServerClient client, ConnectAsOwner(node.socket));
    if (!done) {
      RETURN_IF_ERROR(
          node::SetPassword(client, args.user, args.host, node::PasswordHash(password)));
      fmt::print("the password of '{}'@'{}' is set on every server\n", args.user, args.host);
      done = true;
    }
    if (!args.disconnect) continue;
    ASSIGN_OR_RETURN(const int ended, node::EndSessions(client, args.user));
    fmt::print("{}: {} sessions ended\n", node.name, ended);
  }
  if (done) return Status::Ok();
  return {Code::kUnavailable, "no node of this volume is ready on this machine"};
}

struct MasterArguments {
  Places places;
  std::string user;
  std::string database;
  bool hashed = false;
};

// As servers keep it. What is wrong with it does not repeat it.
Result<std::string> ReadHash(bool hashed) {
  ASSIGN_OR_RETURN(const std::string given, ReadPassword());
  if (!hashed) return node::PasswordHash(given);
  if (node::IsPasswordHash(given)) return given;
  return Status(Code::kInvalidArgument, "--hashed: give \"*\" and 40 hexadecimal digits");
}

Status MakeMaster(MasterArguments& args) {
  RETURN_IF_ERROR(args.places.Resolve());
  ASSIGN_OR_RETURN(const std::string hash, ReadHash(args.hashed));
  if (args.database.find('`') != std::string::npos) {
    return {Code::kInvalidArgument, "--database: a name without backticks"};
  }
  RETURN_IF_ERROR(ActAsOwnerOf(args.places.volume));
  for (const node::NodeStatus& node : node::ListLocalNodes(args.places.data)) {
    if (node.volume != args.places.volume || node.state != node::NodeState::kReady) continue;
    ASSIGN_OR_RETURN(node::ServerClient client, ConnectAsOwner(node.socket));
    RETURN_IF_ERROR(
        node::MakeMasterUser(client, args.user, hash).WithContext("master user " + args.user));
    if (args.database.empty()) return Status::Ok();
    return client.Query("CREATE DATABASE IF NOT EXISTS `" + args.database + "`").status();
  }
  return {Code::kUnavailable, "no node of this volume is ready on this machine"};
}

void AddMakeMaster(CLI::App& account, Outcome& outcome) {
  auto args = std::make_shared<MasterArguments>();
  CLI::App* command = account.add_subcommand(
      "make-master",
      "Make the master user, or set its password and privileges, as `borealis up` does; the "
      "password comes from $BOREALIS_PASSWORD or a line of standard input");
  AddVolumeOption(*command, args->places, false);
  AddDataOption(*command, args->places);
  command->add_option("--user,user", args->user, "Its name, from any host")->required();
  command->add_option("--database", args->database, "A database to make, too");
  command->add_flag("--hashed", args->hashed,
                    "What comes is the password's hash, as mysql_native_password keeps it");
  command->callback([args, &outcome] { outcome.exit_code = Report(MakeMaster(*args)); });
}

}  // namespace

void AddAccountCommands(CLI::App& app, Outcome& outcome) {
  CLI::App* account = app.add_subcommand("account", "Accounts of the database's users");
  account->require_subcommand(1);
  auto args = std::make_shared<PasswordArguments>();
  CLI::App* command = account->add_subcommand(
      "set-password", "Set a user's password, from $BOREALIS_PASSWORD or a line of standard input");
  AddVolumeOption(*command, args->places, false);
  AddDataOption(*command, args->places);
  command->add_option("--user,user", args->user, "The user's name")->required();
  command->add_option("--host", args->host, "The account's host");
  command->add_flag("--disconnect", args->disconnect,
                    "End the user's sessions on this machine's nodes, too");
  command->callback([args, &outcome] { outcome.exit_code = Report(SetPassword(*args)); });
  AddMakeMaster(*account, outcome);
}

}  // namespace borealis::cli

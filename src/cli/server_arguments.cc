#include "cli/server_arguments.h"

#include <fmt/core.h>
#include <sched.h>
#include <unistd.h>

#include "node/plugin_directory.h"
#include "node/volume.h"
#include "snapshot/files.h"

namespace borealis::cli {
namespace {

constexpr size_t kLibraryBytesMax = 256 << 20;

// What only root can do: read files that the owner may not, and give the server a host name of its
// own (its @@hostname), where the kernel allows it.
struct BeforeBecomingOwner {
  std::string fragment;
  Bytes provider;  // filled when the owner can't reach the file
  Bytes plugin;    // empty: none
};

Result<BeforeBecomingOwner> Gather(const ServerArguments& args, const std::string& host,
                                   const node::Account& owner) {
  BeforeBecomingOwner gathered;
  if (!args.config.empty()) {
    ASSIGN_OR_RETURN(const Bytes bytes, snapshot::ReadFile(args.config, kFragmentBytesMax));
    gathered.fragment = std::string(AsText(bytes));
  }
  if (!args.provider.empty() && !node::CheckReachable(args.provider, owner).ok()) {
    ASSIGN_OR_RETURN(gathered.provider, snapshot::ReadFile(args.provider, kLibraryBytesMax));
  }
  if (args.plugin != "none") {
    ASSIGN_OR_RETURN(gathered.plugin, snapshot::ReadFile(args.plugin, kLibraryBytesMax));
  }
  if (!host.empty() && geteuid() == 0 && unshare(CLONE_NEWUTS) == 0) {
    (void)!sethostname(host.data(), host.size());
  }
  return gathered;
}

// The paths, with their defaults.
Status FindLibraries(ServerArguments& args) {
  if (args.provider.empty()) args.provider = DefaultProvider();
  if (args.provider.empty()) {
    return {Code::kInvalidArgument,
            "libborealis_provider.so is not beside this program; give "
            "--provider"};
  }
  if (args.provider != "none") args.provider = node::AbsolutePath(args.provider);
  if (args.plugin.empty()) args.plugin = DefaultPlugin();
  if (args.plugin.empty()) {
    return {Code::kInvalidArgument,
            "libborealis_plugin.so is not beside this program; give --plugin"};
  }
  return Status::Ok();
}

}  // namespace

void AddServerOptions(CLI::App& app, ServerArguments& args) {
  app.add_option("--config", args.config, "File of my.cnf lines to add; unsafe ones are refused")
      ->type_name("FILE");
  app.add_option("--provider", args.provider,
                 "Path of libborealis_provider.so [default: beside this program]");
  app.add_option("--plugin", args.plugin,
                 "Path of libborealis_plugin.so, which refuses what would make servers differ; "
                 "none leaves it out, for tests [default: beside this program]");
  app.add_option("--provider-options", args.provider_options, "Options of the provider, a=1;b=2");
  app.add_option("--tls-name", args.tls_names,
                 "Host name or IP address that clients use, for the certificate; may be repeated");
  app.add_option("--server", args.server, "Path of mariadbd");
}

std::vector<std::string> ServerWords(const node::ServerConfig& server) {
  const node::NodeLayout& layout = server.layout;
  std::vector<std::string> words = {
      "--config=" + layout.fragment(), "--server=" + server.server,
      "--provider=" + (server.provider.empty() ? "none" : server.provider),
      "--plugin=" + (server.plugin.empty() ? "none" : layout.plugins() + "/" + server.plugin)};
  if (!server.provider_options.empty()) {
    words.push_back("--provider-options=" + server.provider_options);
  }
  return words;
}

Status PrepareServer(const Places& places, const ServerArguments& args,
                     const node::NodeLayout& layout, const std::string& host,
                     const std::function<Status()>& before_writing, node::ServerConfig& server) {
  RETURN_IF_ERROR(node::LookAtVolume(places.volume).status());
  ASSIGN_OR_RETURN(const node::Account owner, node::OwnerOf(places.volume));
  RETURN_IF_ERROR(node::CheckReachable(places.volume, owner));
  return PrepareServerAs(owner, places, args, layout, host, before_writing, server);
}

Status PrepareServerAs(const node::Account& owner, const Places& places,
                       const ServerArguments& given, const node::NodeLayout& layout,
                       const std::string& host, const std::function<Status()>& before_writing,
                       node::ServerConfig& server) {
  ServerArguments args = given;
  RETURN_IF_ERROR(FindLibraries(args));
  RETURN_IF_ERROR(node::ProvideDirectory(places.data, owner));
  RETURN_IF_ERROR(node::ProvideDirectory(layout.root, owner));
  ASSIGN_OR_RETURN(const BeforeBecomingOwner gathered, Gather(args, host, owner));
  RETURN_IF_ERROR(node::BecomeAccount(owner));
  if (before_writing) RETURN_IF_ERROR(before_writing());
  if (!gathered.provider.empty()) {
    args.provider = layout.root + "/provider.so";
    RETURN_IF_ERROR(snapshot::WriteFileAtomically(args.provider, gathered.provider,
                                                  snapshot::Durability::kProcess));
  }
  if (!gathered.plugin.empty()) {
    RETURN_IF_ERROR(node::ProvidePluginDirectory(layout.plugins(), gathered.plugin));
    server.plugin = node::kPluginFile;
  }
  RETURN_IF_ERROR(snapshot::WriteFileAtomically(layout.fragment(), AsBytes(gathered.fragment),
                                                snapshot::Durability::kProcess));
  ASSIGN_OR_RETURN(server.fragment, node::ParseFragment(gathered.fragment, args.config));
  RETURN_IF_ERROR(node::CheckFragment(server.fragment, args.config));
  server.layout = layout;
  server.volume = places.volume;
  server.provider = args.provider == "none" ? "" : args.provider;
  server.provider_options = args.provider_options;
  server.tls_names = args.tls_names;
  server.server = node::AbsolutePath(args.server);
  return Status::Ok();
}

}  // namespace borealis::cli

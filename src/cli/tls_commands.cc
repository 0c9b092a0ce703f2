// borealis tls ca | rotate
#include <fmt/core.h>

#include <algorithm>
#include <memory>

#include "base/clock.h"
#include "cli/common.h"
#include "node/node_control.h"
#include "node/tls.h"
#include "node/volume.h"

namespace borealis::cli {
namespace {

struct TlsArguments {
  Places places;
  std::string name;  // of one node; empty: all of this machine
};

Result<std::unique_ptr<storage::Backend>> LookAt(TlsArguments& args) {
  RETURN_IF_ERROR(args.places.Resolve());
  RETURN_IF_ERROR(ActAsOwnerOf(args.places.volume));
  return node::LookAtVolume(args.places.volume);
}

Status PrintAuthority(TlsArguments& args) {
  ASSIGN_OR_RETURN(const auto volume, LookAt(args));
  ASSIGN_OR_RETURN(const std::string certificate, node::ReadAuthorityCertificate(*volume));
  fmt::print("{}", certificate);
  return Status::Ok();
}

Status RotateNode(const node::KeyPair& authority, const node::NodeStatus& status) {
  const node::NodeLayout layout{status.directory};
  ASSIGN_OR_RETURN(const node::CertificateFacts before, node::LookAtCertificate(layout));
  std::vector<std::string> names = before.names;
  // The node's own name comes first, as in the one before.
  std::stable_partition(names.begin(), names.end(),
                        [&](const std::string& name) { return name == status.name; });
  ASSIGN_OR_RETURN(const int64_t ends_us,
                   node::ProvideCertificate(authority, layout, names, true, SystemClock()));
  if (status.state == node::NodeState::kReady) {
    ASSIGN_OR_RETURN(node::ServerClient client, ConnectAsOwner(layout.socket()));
    RETURN_IF_ERROR(client.Query("FLUSH LOCAL SSL").status());
  }
  fmt::print("{}: a new certificate, until {}\n", status.name, FormatTime(ends_us));
  return Status::Ok();
}

Status Rotate(TlsArguments& args) {
  ASSIGN_OR_RETURN(const auto volume, LookAt(args));
  ASSIGN_OR_RETURN(const node::KeyPair authority, node::ReadAuthority(*volume));
  bool done = false;
  for (const node::NodeStatus& status : node::ListLocalNodes(args.places.data)) {
    if (status.volume != args.places.volume) continue;
    if (!args.name.empty() && status.name != args.name) continue;
    RETURN_IF_ERROR(RotateNode(authority, status).WithContext(status.name));
    done = true;
  }
  if (done) return Status::Ok();
  return {Code::kNotFound, "no such node of this volume on this machine"};
}

}  // namespace

void AddTlsCommands(CLI::App& app, Outcome& outcome) {
  CLI::App* tls = app.add_subcommand("tls", "Certificates of the nodes");
  tls->require_subcommand(1);

  auto ca = std::make_shared<TlsArguments>();
  CLI::App* command = tls->add_subcommand(
      "ca", "Print the certificate of the cluster's authority, for clients to check servers with");
  AddVolumeOption(*command, ca->places, false);
  AddDataOption(*command, ca->places);
  command->callback([ca, &outcome] { outcome.exit_code = Report(PrintAuthority(*ca)); });

  auto rotate = std::make_shared<TlsArguments>();
  command = tls->add_subcommand(
      "rotate", "New keys and certificates for the nodes of this machine, while they serve");
  AddVolumeOption(*command, rotate->places, false);
  AddDataOption(*command, rotate->places);
  command->add_option("--name,name", rotate->name, "One node alone");
  command->callback([rotate, &outcome] { outcome.exit_code = Report(Rotate(*rotate)); });
}

}  // namespace borealis::cli

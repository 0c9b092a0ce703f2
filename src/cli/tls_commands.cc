// borealis tls ca | rotate | replace-authority
#include <fmt/core.h>

#include <algorithm>
#include <memory>

#include "base/clock.h"
#include "cli/common.h"
#include "node/node_control.h"
#include "node/process.h"
#include "node/tls.h"
#include "node/volume.h"

namespace borealis::cli {
namespace {

constexpr int64_t kReadyNs = 60'000'000'000;

struct TlsArguments {
  Places places;
  std::string name;  // of one node; empty: all of this machine
  bool sign = false;
  bool finish = false;
  bool abandon = false;
};

Result<std::unique_ptr<storage::Backend>> LookAt(TlsArguments& args) {
  RETURN_IF_ERROR(args.places.Resolve());
  RETURN_IF_ERROR(ActAsOwnerOf(args.places.volume));
  return node::LookAtVolume(args.places.volume);
}

Status PrintAuthority(TlsArguments& args) {
  ASSIGN_OR_RETURN(const auto volume, LookAt(args));
  ASSIGN_OR_RETURN(const std::string certificates, node::ReadTrustedCertificates(*volume));
  fmt::print("{}", certificates);
  return Status::Ok();
}

// Has the server read what was written. One that starts may have read what was there before: it is
// waited for.
Status Reload(const node::NodeStatus& status) {
  const node::NodeLayout layout{status.directory};
  if (!node::IsAlive(status.agent)) return Status::Ok();  // it reads them when it starts
  const Clock& clock = SystemClock();
  const node::WaitResult ready = node::WaitUntilReady(
      layout, status.agent, clock.MonotonicNs() + kReadyNs, clock, [](const node::NodeStatus&) {});
  if (ready.outcome == node::WaitOutcome::kTimeout) {
    return {Code::kTimeout,
            "it has a new certificate and was not ready within a minute to read it: do it again "
            "when it is"};
  }
  if (ready.outcome != node::WaitOutcome::kReady) return Status::Ok();
  ASSIGN_OR_RETURN(node::ServerClient client, ConnectAsOwner(layout.socket()));
  return client.Query("FLUSH LOCAL SSL").status();
}

// `anew`: also where the certificate is good still.
Status RenewNode(storage::Backend& volume, const node::NodeStatus& status, bool anew) {
  const node::NodeLayout layout{status.directory};
  ASSIGN_OR_RETURN(const node::CertificateFacts before, node::LookAtCertificate(layout));
  std::vector<std::string> names = before.names;
  // The node's own name comes first, as in the one before.
  std::stable_partition(names.begin(), names.end(),
                        [&](const std::string& name) { return name == status.name; });
  ASSIGN_OR_RETURN(const int64_t ends_us,
                   node::ProvideCertificate(volume, layout, names, anew, SystemClock()));
  RETURN_IF_ERROR(Reload(status));
  fmt::print("{}: a certificate until {}\n", status.name, FormatTime(ends_us));
  return Status::Ok();
}

// Of this machine's nodes. How many there are.
Result<int> RenewNodes(storage::Backend& volume, const TlsArguments& args, bool anew) {
  int done = 0;
  for (const node::NodeStatus& status : node::ListLocalNodes(args.places.data)) {
    if (status.volume != args.places.volume) continue;
    if (!args.name.empty() && status.name != args.name) continue;
    RETURN_IF_ERROR(RenewNode(volume, status, anew).WithContext(status.name));
    ++done;
  }
  return done;
}

Status Rotate(TlsArguments& args) {
  ASSIGN_OR_RETURN(const auto volume, LookAt(args));
  ASSIGN_OR_RETURN(const int done, RenewNodes(*volume, args, true));
  if (done > 0) return Status::Ok();
  return {Code::kNotFound, "no such node of this volume on this machine"};
}

Status ReplaceAuthority(TlsArguments& args) {
  RETURN_IF_ERROR(args.places.Resolve());
  RETURN_IF_ERROR(ActAsOwnerOf(args.places.volume));
  ASSIGN_OR_RETURN(const auto volume, node::AttachVolume(args.places.volume));
  using Step = node::AuthorityStep;
  const Step step = args.sign      ? Step::kSwitch
                    : args.finish  ? Step::kFinish
                    : args.abandon ? Step::kAbandon
                                   : Step::kBegin;
  if (step == Step::kFinish) {  // nobody is left with a certificate that nobody would trust
    RETURN_IF_ERROR(RenewNodes(*volume, args, false).status());
  }
  RETURN_IF_ERROR(node::StepAuthority(*volume, step, SystemClock()));
  RETURN_IF_ERROR(RenewNodes(*volume, args, false).status());
  constexpr const char* kNext[] = {
      ("a new authority is made: take both certificates (borealis tls ca) to all clients, then "
       "--switch"),
      "the new authority signs: when no client has the old certificate alone any more, --finish",
      "the new authority alone is trusted", "the new authority is given up"};
  fmt::print("{}\n", kNext[static_cast<int>(step)]);
  return Status::Ok();
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

  auto replace = std::make_shared<TlsArguments>();
  command = tls->add_subcommand(
      "replace-authority",
      "A new authority for the cluster, in three steps: it is made, and servers and clients trust "
      "both; it signs (--switch); the old one is dropped (--finish)");
  AddVolumeOption(*command, replace->places, false);
  AddDataOption(*command, replace->places);
  CLI::Option* sign = command->add_flag("--switch", replace->sign, "Second step");
  CLI::Option* finish = command->add_flag("--finish", replace->finish, "Third step");
  CLI::Option* abandon =
      command->add_flag("--abandon", replace->abandon, "Give up the new one before it signs");
  sign->excludes(finish)->excludes(abandon);
  finish->excludes(abandon);
  command->callback(
      [replace, &outcome] { outcome.exit_code = Report(ReplaceAuthority(*replace)); });
}

}  // namespace borealis::cli

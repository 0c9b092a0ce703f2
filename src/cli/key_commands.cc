// borealis volume key show | add | retire | renew
#include <fmt/core.h>

#include <memory>

#include "base/clock.h"
#include "cli/common.h"
#include "cli/key_arguments.h"
#include "node/volume.h"
#include "node/volume_keys.h"

namespace borealis::cli {
namespace {

using encryption::KeyTable;

void Print(const KeyTable& table) {
  for (const uint64_t master : table.masters) {
    fmt::print("master key    {}\n", encryption::FormatFingerprint(master));
  }
  for (const encryption::WrappedKey& key : table.keys) {
    fmt::print("data key      {} of {}{}\n", key.number, FormatTime(key.created_us),
               key.number == table.keys.back().number ? ", in use" : "");
  }
}

using Change = std::function<Result<KeyTable>(storage::Backend&)>;

Status Run(Places& places, const Change& change) {
  RETURN_IF_ERROR(places.Resolve());
  RETURN_IF_ERROR(ActAsOwnerOf(places.volume));
  ASSIGN_OR_RETURN(const auto look, node::LookAtVolume(places.volume));
  ASSIGN_OR_RETURN(KeyTable table, node::LookAtKeys(*look));
  if (change) {
    ASSIGN_OR_RETURN(const auto volume, node::AttachVolume(places.volume));
    ASSIGN_OR_RETURN(table, change(*volume));
  }
  Print(table);
  return Status::Ok();
}

CLI::App* Add(CLI::App& parent, const char* name, const char* what,
              const std::shared_ptr<Places>& places, Outcome& outcome, const Change& change) {
  CLI::App* command = parent.add_subcommand(name, what);
  AddVolumeOption(*command, *places, true);
  command->callback(
      [places, change, &outcome] { outcome.exit_code = Report(Run(*places, change)); });
  return command;
}

}  // namespace

void AddKeyCommands(CLI::App& app, Outcome& outcome) {
  CLI::App* key = app.get_subcommand("volume")->add_subcommand(
      "key", "The keys of an encrypted volume; nodes may serve meanwhile. docs/operations.md");
  key->require_subcommand(1);
  Add(*key, "show", "Fingerprints of the master keys, and the data keys",
      std::make_shared<Places>(), outcome, nullptr);

  auto added = std::make_shared<encryption::KeySource>();
  CLI::App* add = Add(
      *key, "add", "Let another master key open the volume, too", std::make_shared<Places>(),
      outcome, [added](storage::Backend& volume) { return node::AddMasterKey(volume, *added); });
  AddNewKeyOptions(*add, *added);
  Add(*key, "retire",
      "Let no master key open the volume but the one given; first give it to every node and export",
      std::make_shared<Places>(), outcome, node::RetireOtherMasterKeys);
  Add(*key, "renew", "Encrypt what is written from now on under a new data key",
      std::make_shared<Places>(), outcome,
      [](storage::Backend& volume) { return node::RenewDataKey(volume, SystemClock()); });
}

}  // namespace borealis::cli

// borealis volume create | show | verify | log
#include <fmt/core.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "cli/common.h"
#include "cli/describe.h"
#include "log/chain.h"
#include "log/identity.h"
#include "log/inspect.h"
#include "log/skips.h"
#include "model/record.h"
#include "node/account.h"
#include "node/node_control.h"
#include "node/slots.h"
#include "node/volume.h"
#include "node/volume_create.h"
#include "node/volume_skip.h"
#include "snapshot/publish.h"

namespace borealis::cli {
namespace {

using Json = nlohmann::json;
using Volume = std::unique_ptr<storage::Backend>;

Result<Volume> Look(Places& places) {
  RETURN_IF_ERROR(places.Resolve());
  RETURN_IF_ERROR(ActAsOwnerOf(places.volume));
  return node::LookAtVolume(places.volume);
}

// --- create
// ---------------------------------------------------------------------------------------

struct CreateArguments {
  Places places;
  std::string owner;
  std::string server = node::kDefaultServer;
  std::string installer = "/usr/bin/mariadb-install-db";
  uint32_t window = 65536;
  bool encrypt = false;
};

Status Create(CreateArguments& args) {
  RETURN_IF_ERROR(args.places.Resolve());
  ASSIGN_OR_RETURN(const node::Account owner, node::ChooseOwner(args.owner));
  RETURN_IF_ERROR(node::ProvideDirectory(args.places.volume, owner));
  RETURN_IF_ERROR(node::BecomeAccount(owner));
  const int64_t began_ns = SystemClock().MonotonicNs();
  node::CreateOptions options;
  options.volume = args.places.volume;
  options.server = args.server;
  options.installer = args.installer;
  options.owner = owner.name;
  options.certification_window = args.window;
  options.encrypt = args.encrypt;
  ASSIGN_OR_RETURN(const Uuid uuid, node::CreateVolume(options, [](const std::string& step) {
                     fmt::print("{}\n", step);
                     std::fflush(stdout);
                   }));
  fmt::print("volume {} is ready in {} ({:.1f} s)\n", uuid.ToString(), options.volume,
             static_cast<double>(SystemClock().MonotonicNs() - began_ns) / 1e9);
  return Status::Ok();
}

// --- show
// -----------------------------------------------------------------------------------------

struct ShowArguments {
  Places places;
  bool json = false;
};

Result<Json> Describe(storage::Backend& volume, const std::string& directory) {
  ASSIGN_OR_RETURN(const log::Identity identity, log::ReadIdentity(volume));
  ASSIGN_OR_RETURN(const log::Chain chain, log::ReadChainRegister(volume, identity.volume));
  const auto bounds = node::ReadLogBounds(volume);
  Json segments = Json::array();
  uint64_t bytes = 0;
  for (const log::ChainEntry& entry : chain.entries) {
    uint64_t size = entry.final_size;
    if (!entry.sealed && bounds.ok()) size = bounds->open_bytes;
    bytes += size;
    segments.push_back({{"id", entry.segment.id.value},
                        {"epoch", entry.segment.epoch.value},
                        {"after_seqno", entry.before.value},
                        {"sealed", entry.sealed},
                        {"bytes", size}});
  }
  ASSIGN_OR_RETURN(Json snapshots, DescribeSnapshots(volume));
  ASSIGN_OR_RETURN(const auto skips, log::ReadSkips(volume));
  Json skipped = Json::array();
  for (const log::Skip& skip : skips) {
    skipped.push_back(
        {{"seqno", skip.seqno.value}, {"decided_us", skip.decided_us}, {"reason", skip.reason}});
  }
  ASSIGN_OR_RETURN(const auto slots, node::ReadSlots(volume));
  Json members = Json::array();
  for (const node::SlotEntry& slot : slots) {
    members.push_back({{"slot", slot.slot.value}, {"name", slot.node}});
  }
  Json json = {{"directory", directory},
               {"uuid", identity.volume.ToString()},
               {"format_version", identity.format_version},
               {"encrypted", identity.encrypted()},
               {"certification_window", identity.certification_window},
               {"created_us", identity.created_us},
               {"segments", segments},
               {"log_bytes", bytes},
               {"snapshots", snapshots},
               {"skipped", skipped},
               {"slots", members}};
  json["restorable"] = DescribeRestorable(volume);
  ASSIGN_OR_RETURN(json["disk"], DescribeDisk(volume, directory));
  if (bounds.ok()) {
    json["seqno"] = bounds->newest.value;
    json["oldest"] = bounds->oldest.value;
  } else {
    json["error"] = bounds.status().message();
  }
  return json;
}

void PrintDescription(const Json& v) {
  fmt::print("volume        {}\nuuid          {}\nformat        {}{}\ncreated       {}\n",
             v["directory"].get<std::string>(), v["uuid"].get<std::string>(),
             v["format_version"].get<int>(), v["encrypted"].get<bool>() ? ", encrypted" : "",
             FormatTime(v["created_us"].get<int64_t>()));
  if (v.contains("seqno")) {
    fmt::print("seqno         {} (the log reaches back to {})\n", v["seqno"].get<int64_t>(),
               v["oldest"].get<int64_t>());
  } else {
    fmt::print("seqno         unknown: {}\n", v["error"].get<std::string>());
  }
  fmt::print("window        {} seqnos\n", v["certification_window"].get<int64_t>());
  fmt::print("log           {} in {} segments\n", FormatBytes(v["log_bytes"].get<uint64_t>()),
             v["segments"].size());
  for (const Json& s : v["segments"]) {
    fmt::print("  segment {:<6} epoch {:<6} after seqno {:<12} {:>12} {}\n",
               s["id"].get<uint64_t>(), s["epoch"].get<uint64_t>(), s["after_seqno"].get<int64_t>(),
               FormatBytes(s["bytes"].get<uint64_t>()),
               s["sealed"].get<bool>() ? "sealed" : "open");
  }
  PrintDisk(v["disk"]);
  fmt::print("snapshots     {}\n", v["snapshots"].size());
  PrintSnapshots(v["snapshots"], "  ");
  for (const Json& s : v["skipped"]) {
    fmt::print("skipped       seqno {} since {}: {}\n", s["seqno"].get<int64_t>(),
               FormatTime(s["decided_us"].get<int64_t>()), s["reason"].get<std::string>());
  }
  PrintRestorable(v["restorable"]);
  fmt::print("nodes         {}\n", v["slots"].size());
  for (const Json& s : v["slots"]) {
    fmt::print("  slot {:<3} {}\n", s["slot"].get<int>(), s["name"].get<std::string>());
  }
}

Status Show(ShowArguments& args) {
  ASSIGN_OR_RETURN(const Volume volume, Look(args.places));
  ASSIGN_OR_RETURN(const Json json, Describe(*volume, args.places.volume));
  if (args.json) {
    fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
  } else {
    PrintDescription(json);
  }
  return Status::Ok();
}

// --- verify
// ---------------------------------------------------------------------------------------

Status Verify(Places& places) {
  ASSIGN_OR_RETURN(const Volume volume, Look(places));
  ASSIGN_OR_RETURN(const auto keys, node::OpenVolumeKeysIfNamed(*volume));
  ASSIGN_OR_RETURN(const log::InspectReport report, log::InspectLog(*volume, {}, keys.get()));
  RETURN_IF_ERROR(report.damage);
  fmt::print("log           good: {} records in {} batches, {}, up to seqno {}\n", report.records,
             report.batches, FormatBytes(report.bytes), report.last);
  if (report.torn_tail) {
    fmt::print(
        "log           ends in bytes that were never acknowledged ({}); the next start cuts "
        "them\n",
        report.torn_reason);
  }
  ASSIGN_OR_RETURN(const std::vector<Seqno> snapshots, snapshot::ListSnapshots(*volume));
  if (snapshots.empty()) {
    return {Code::kNotFound,
            fmt::format("{} has no snapshot: its creation did not finish", places.volume)};
  }
  for (const Seqno seqno : snapshots) {
    RETURN_IF_ERROR(snapshot::VerifySnapshot(*volume, seqno, keys.get()));
    fmt::print("snapshot {:<4} good\n", seqno);
  }
  ASSIGN_OR_RETURN(const auto slots, node::ReadSlots(*volume));
  fmt::print("slots         good: {} nodes\n", slots.size());
  if (report.identity.encrypted() && keys == nullptr) {
    fmt::print("no key given  checksums only: what is encrypted was not opened (--key-file)\n");
  }
  return Status::Ok();
}

// --- log
// ------------------------------------------------------------------------------------------

struct LogArguments {
  Places places;
  int64_t from = 0;
  int64_t limit = 0;
  bool all = false;
  bool json = false;
};

const char* RecordName(RecordType type) {
  switch (type) {
    case RecordType::kWriteSet:
      return "write-set";
    case RecordType::kIsolated:
      return "isolated";
    case RecordType::kView:
      return "view";
    case RecordType::kFragment:
      return "fragment";
    case RecordType::kFragmentRollback:
      return "rollback";
    case RecordType::kChunk:
      return "chunk";
    case RecordType::kIsolatedOutcome:
      return "outcome";
    case RecordType::kDigest:
      return "digest";
  }
  return "?";
}

uint64_t PayloadBytes(const Record& record) {
  uint64_t bytes = record.payload.size();
  for (const ChunkRef& chunk : record.chunks) bytes += chunk.bytes;
  return bytes;
}

// `keys_known`: they could be opened.
void PrintRecord(const LogEntry& entry, bool json, bool keys_known) {
  const Record& r = entry.record;
  if (json) {
    Json line = {{"position", ToString(entry.position)},
                 {"type", RecordName(r.type)},
                 {"source", r.source.uuid.ToString()},
                 {"request", r.request.value},
                 {"last_seen", r.last_seen.value},
                 {"stamp_us", r.stamp_us},
                 {"flags", r.flags},
                 {"bytes", PayloadBytes(r)}};
    if (keys_known) line["keys"] = r.keys.size();
    if (IsOrdered(r.type)) line["seqno"] = entry.seqno.value;
    fmt::print("{}\n", line.dump());
    return;
  }
  const std::string seqno = IsOrdered(r.type) ? std::to_string(entry.seqno.value) : "-";
  const std::string keys = keys_known ? std::to_string(r.keys.size()) : "?";
  fmt::print("{:>10}  {:<9} {}  {}  req {:<8} seen {:<10} {:>5} keys {:>10} bytes  at {}\n", seqno,
             RecordName(r.type), FormatTime(r.stamp_us), r.source.uuid.ToString().substr(0, 8),
             r.request.value, r.last_seen, keys, PayloadBytes(r), entry.position);
}

Status PrintLog(LogArguments& args) {
  ASSIGN_OR_RETURN(const Volume volume, Look(args.places));
  ASSIGN_OR_RETURN(const log::Identity identity, log::ReadIdentity(*volume));
  ASSIGN_OR_RETURN(const auto keys, node::OpenVolumeKeysIfNamed(*volume));
  const bool keys_known = !identity.encrypted() || keys != nullptr;
  int64_t printed = 0;
  Seqno last = Seqno::Zero();
  log::InspectVisitor visitor;
  visitor.record = [&](const LogEntry& entry) {
    const bool ordered = IsOrdered(entry.record.type);
    if (ordered) last = entry.seqno;
    if (!ordered && !args.all) return;
    // What takes no seqno belongs before the next record that does.
    if ((ordered ? last : last.Next()).value < args.from) return;
    if (args.limit > 0 && printed >= args.limit) return;
    ++printed;
    PrintRecord(entry, args.json, keys_known);
  };
  ASSIGN_OR_RETURN(const log::InspectReport report, log::InspectLog(*volume, visitor, keys.get()));
  return report.damage;
}

// --- skip
// -----------------------------------------------------------------------------------------

struct SkipArguments {
  Places places;
  int64_t seqno = 0;
  std::string reason;
};

Status Skip(SkipArguments& args) {
  RETURN_IF_ERROR(args.places.Resolve());
  RETURN_IF_ERROR(ActAsOwnerOf(args.places.volume));
  const Seqno seqno{args.seqno};
  ASSIGN_OR_RETURN(const node::SkippedRecord record,
                   node::SkipRecord(args.places.volume, seqno, args.reason, SystemClock()));
  for (const Seqno snapshot : record.deleted_snapshots) {
    fmt::print("snapshot {} held it and is deleted\n", snapshot);
  }
  fmt::print(
      "seqno {} ({}, {} bytes) is given up: no node applies it any more. Start the nodes; "
      "those whose data holds it are rebuilt\n",
      seqno, RecordName(record.type), record.payload_bytes);
  return Status::Ok();
}

}  // namespace

void AddVolumeCommands(CLI::App& app, Outcome& outcome) {
  CLI::App* volume = app.add_subcommand("volume", "Make and look at cluster volumes");
  volume->require_subcommand(1);

  auto create = std::make_shared<CreateArguments>();
  CLI::App* command = volume->add_subcommand("create", "Make a volume with snapshot 0");
  AddVolumeOption(*command, create->places, true);
  command->add_option(
      "--owner", create->owner,
      "User the volume and its servers belong to [default: mysql for root, else you]");
  command->add_option("--server", create->server, "Path of mariadbd");
  command->add_option("--install-db", create->installer, "Path of mariadb-install-db");
  command
      ->add_option("--certification-window", create->window,
                   "Seqnos a transaction may be behind the log's end; fixed for the volume's life")
      ->check(CLI::Range(16, 1 << 20));
  command->add_flag("--encrypt", create->encrypt,
                    "Encrypt log and snapshots, under a key that the master key wraps");
  command->callback([create, &outcome] { outcome.exit_code = Report(Create(*create)); });

  auto show = std::make_shared<ShowArguments>();
  command = volume->add_subcommand("show", "Identity, log, snapshots and nodes");
  AddVolumeOption(*command, show->places, true);
  command->add_flag("--json", show->json, "As JSON");
  command->callback([show, &outcome] { outcome.exit_code = Report(Show(*show)); });

  auto verify = std::make_shared<Places>();
  command = volume->add_subcommand("verify", "Check every byte of log and snapshots; 1 = damaged");
  AddVolumeOption(*command, *verify, true);
  command->callback([verify, &outcome] { outcome.exit_code = Report(Verify(*verify)); });

  auto skip = std::make_shared<SkipArguments>();
  command = volume->add_subcommand(
      "skip",
      "Give up a record that no node can apply. Its transaction is lost, and rows that later ones "
      "changed in what it wrote; all nodes must be stopped. See docs/operations.md");
  AddVolumeOption(*command, skip->places, true);
  command->add_option("--seqno", skip->seqno, "The record, as the held node's message names it")
      ->required()
      ->check(CLI::PositiveNumber);
  command->add_option("--reason", skip->reason, "Why; kept in the volume for good")->required();
  command->callback([skip, &outcome] { outcome.exit_code = Report(Skip(*skip)); });

  auto log = std::make_shared<LogArguments>();
  command = volume->add_subcommand("log", "Print the records of the log");
  AddVolumeOption(*command, log->places, true);
  command->add_option("--from", log->from, "First seqno to print");
  command->add_option("--limit", log->limit, "Print at most so many records; 0 = all");
  command->add_flag("--all", log->all, "Also records that take no seqno");
  command->add_flag("--json", log->json, "One JSON object per line");
  command->callback([log, &outcome] { outcome.exit_code = Report(PrintLog(*log)); });
}

}  // namespace borealis::cli

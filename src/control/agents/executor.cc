#include "control/agents/executor.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include "base/log.h"
#include "control/model/names.h"
#include "control/model/place.h"
#include "node/account.h"
#include "node/node_control.h"
#include "node/time_text.h"
#include "snapshot/files.h"

namespace borealis::control {
namespace {

// $1 to $2, which gets its name when it is whole.
constexpr char kCopyScript[] = R"(rm -rf -- "$2" "$2.new" && cp -a -- "$1" "$2.new" && )"
                               R"(sync -f "$2.new" && mv -T -- "$2.new" "$2")";

void AddParameters(const Step& step, std::vector<std::string>& argv) {
  for (const auto& [name, value] : step.parameters) {
    // Without the group's value that of the class counts.
    const bool of_class = name == "max_connections" && value == kDefaultValue;
    const InstanceClass* c = FindInstanceClass(step.instance.instance_class);
    argv.push_back(name + "=" + (of_class ? std::to_string(c->connections) : value));
  }
}

// The class first: parameters win.
std::string ServerOptions(const InstanceClass& c, const node::NodeLayout& layout,
                          const Step& step) {
  std::string text = fmt::format(
      "[mysqld]\ninnodb_buffer_pool_size={}M\nmax_connections={}\nslow_query_log_file={}/slow.log\n"
      "general_log_file={}/general.log\nproxy_protocol_networks={}\n",
      c.buffer_pool_mib, c.connections, layout.root, layout.root, step.cluster.endpoint_address);
  for (const auto& [name, value] : step.parameters) text += fmt::format("{}={}\n", name, value);
  return text;
}

}  // namespace

Observed Executor::Look(const Region& region) {
  std::map<std::string, ParameterValues> parameters_set;
  for (const std::string& target : jobs_.Collect()) {
    const auto password = passwords_under_way_.find(target);
    if (password != passwords_under_way_.end()) passwords_set_[target] = password->second;
    const auto parameters = parameters_under_way_.find(target);
    if (parameters != parameters_under_way_.end()) parameters_set[target] = parameters->second;
  }
  Observed observed = observer_.Look(region);
  for (const auto& [id, message] : observer_.TakeEnded()) {
    const auto seen = observed.instances.find(id);
    // One that was told to end has not failed.
    if (seen != observed.instances.end() && seen->second.stopped) continue;
    jobs_.Failed(id, "its agent ended: " + message);
  }
  for (const auto& [id, instance] : observed.instances) {
    if (instance.node == ObservedInstance::Node::kReady) jobs_.Succeeded(id);
  }
  observed.busy = jobs_.Busy();
  observed.failures = jobs_.failures();
  observed.passwords_set = passwords_set_;
  observed.parameters_set = std::move(parameters_set);
  observed.out_of_memory = OutOfMemory(region);
  std::erase_if(parameters_under_way_,
                [&](const auto& p) { return !observed.busy.contains(p.first); });
  std::erase_if(passwords_under_way_,
                [&](const auto& p) { return !observed.busy.contains(p.first); });
  return observed;
}

std::set<std::string> Executor::OutOfMemory(const Region& region) {
  std::set<std::string> found;
  std::map<std::string, int64_t> kills;
  for (const auto& [id, instance] : region.instances) {
    const std::string& resource = instance.resource_id;
    kills[resource] = limiter_.MemoryKills(resource);
    const auto before = memory_kills_.find(resource);
    if (before != memory_kills_.end() && kills[resource] > before->second) found.insert(resource);
  }
  memory_kills_ = std::move(kills);
  return found;
}

void Executor::Take(const Step& step) {
  if (step.kind == Step::Kind::kLaunchAgent) {
    if (const Status status = Launch(step); !status.ok()) {
      jobs_.Failed(step.Target(), status.message());
    }
    return;
  }
  const auto job = MakeJob(step);
  const Status status = job.ok() ? jobs_.Start(*job) : job.status();
  if (!status.ok()) return jobs_.Failed(step.Target(), status.message());
  if (step.kind == Step::Kind::kMakeUser) {
    passwords_under_way_[step.Target()] = step.cluster.pending_password_hash;
  }
  if (step.kind == Step::Kind::kSetParameters) {
    parameters_under_way_[step.Target()] = step.parameters;
  }
}

void Executor::Forget(const Region& before, const Region& after) {
  for (const auto& [id, cluster] : before.clusters) {
    const auto now = after.clusters.find(id);
    if (now != after.clusters.end()) {
      if (now->second.pending_password_hash.empty()) passwords_set_.erase(cluster.resource_id);
      continue;
    }
    jobs_.Forget(cluster.resource_id);
    passwords_set_.erase(cluster.resource_id);
  }
  for (const auto& [id, snapshot] : before.snapshots) {
    if (!after.snapshots.contains(id)) jobs_.Forget(snapshot.resource_id);
  }
  for (const auto& [id, instance] : before.instances) {
    if (!after.instances.contains(id)) jobs_.Forget(instance.resource_id);
  }
}

Status Executor::Launch(const Step& step) {
  const ClusterPlaces at = places_.Of(step.cluster);
  const std::string name = NodeNameOf(step.instance);
  ASSIGN_OR_RETURN(const node::NodeLayout layout, node::MakeNodeLayout(at.nodes(), name));
  ASSIGN_OR_RETURN(const node::Account owner, node::OwnerOf(at.volume()));
  RETURN_IF_ERROR(node::ProvideDirectory(at.nodes(), owner));
  const InstanceClass* c = FindInstanceClass(step.instance.instance_class);
  CHECK(c != nullptr);
  RETURN_IF_ERROR(snapshot::WriteFileAtomically(
      at.options(name), AsBytes(ServerOptions(*c, layout, step)), snapshot::Durability::kProcess));
  // A server without limits is better than none.
  const auto warn = [&](const Status& limited) {
    if (limited.ok()) return;
    LogWarning("{} is not limited: {}", step.instance.id, limited.message());
  };
  warn(limiter_.Provide(step.instance.resource_id, LimitsOf(*c)));
  std::vector<std::string> argv = {"node",          "run",
                                   "--volume",      at.volume(),
                                   "--data",        at.nodes(),
                                   "--name",        name,
                                   "--address",     step.instance.address,
                                   "--port",        std::to_string(step.instance.inner_port),
                                   "--config",      at.options(name),
                                   "--upkeep-file", at.upkeep(),
                                   "--tls-name",    step.cluster.endpoint_address};
  if (!programs_.names.empty()) {
    const std::string& suffix = programs_.names;
    for (const std::string& reached_by :
         {EndpointOf(suffix, step.cluster), EndpointOf(suffix, step.instance),
          AnyCustomEndpoint(suffix)}) {  // those come and go while the server runs
      argv.insert(argv.end(), {"--tls-name", reached_by});
    }
  }
  AddPrograms(argv);
  ASSIGN_OR_RETURN(const node::ProcessId agent,
                   node::LaunchAgent({programs_.borealis, argv, layout, owner}));
  observer_.Launched(step.instance.resource_id, agent);
  warn(limiter_.Add(step.instance.resource_id, agent.pid));  // before it starts anything
  LogEvent(LogLevel::kInfo, "agent started",
           {{"instance", step.instance.id}, {"process", std::to_string(agent.pid)}});
  return Status::Ok();
}

void Executor::AddPrograms(std::vector<std::string>& argv) const {
  const auto add = [&](const char* option, const std::string& value) {
    if (!value.empty()) argv.insert(argv.end(), {option, value});
  };
  add("--server", programs_.server);
  add("--provider", programs_.provider);
  add("--plugin", programs_.plugin);
  add("--provider-options", programs_.provider_options);
}

std::vector<std::string> Executor::MakeVolume(const Cluster& cluster) const {
  const std::string volume = places_.Of(cluster).volume();
  const Origin& origin = cluster.origin;
  std::vector<std::string> argv = {programs_.borealis};
  if (origin.empty()) {
    argv.insert(argv.end(), {"volume", "create", volume, "--server", programs_.server});
  } else if (!origin.snapshot.empty()) {
    argv.insert(argv.end(), {"volume", "import", places_.snapshot(origin.snapshot), volume});
    AddPrograms(argv);
  } else {
    const std::string source = places_.OfDirectory(origin.directory).volume();
    argv.insert(argv.end(), {"restore", "--volume", source, volume});
    if (origin.until_us > 0) {
      argv.insert(argv.end(), {"--to-time", node::FormatMoment(origin.until_us)});
    }
    AddPrograms(argv);
  }
  if (cluster.encrypted) argv.emplace_back("--encrypt");
  return argv;
}

void Executor::Settle(const Region& region) {
  constexpr int kDayMinutes = 24 * 60;
  limiter_.Clean(region);
  for (const auto& [id, cluster] : region.clusters) {
    const ClusterPlaces at = places_.Of(cluster);
    const std::string path = at.upkeep();
    const std::string text =
        fmt::format("retention_minutes={}\n", cluster.retention_days * kDayMinutes);
    if (settled_[path] == text || cluster.status == "deleting") continue;
    if (!snapshot::PathExists(at.root)) continue;
    const Status written =
        snapshot::WriteFileAtomically(path, AsBytes(text), snapshot::Durability::kProcess);
    // Agents are another account.
    if (written.ok() && chmod(path.c_str(), 0644) == 0) {
      settled_[path] = text;
    } else {
      LogWarning("{}: {}", path, written.ok() ? "chmod failed" : written.message());
    }
  }
}

Result<Job> Executor::MakeJob(const Step& step) const {
  const ClusterPlaces at = places_.Of(step.cluster);
  const std::string name = NodeNameOf(step.instance);
  Job job{step.Target(), {}, {}};
  const auto node_command = [&](const char* verb) {
    return std::vector<std::string>{programs_.borealis, "node",      verb,
                                    "--volume",         at.volume(), "--data",
                                    at.nodes(),         "--name",    name};
  };
  switch (step.kind) {
    case Step::Kind::kMakeVolume:
      job.argv = MakeVolume(step.cluster);
      break;
    case Step::Kind::kMakeUser:
      job.argv = {programs_.borealis, "account",   "make-master",
                  "--volume",         at.volume(), "--data",
                  at.nodes(),         "--user",    step.cluster.master_user,
                  "--hashed"};
      if (!step.cluster.database.empty() && !step.cluster.database_made) {
        job.argv.insert(job.argv.end(), {"--database", step.cluster.database});
      }
      job.environment["BOREALIS_PASSWORD"] = step.cluster.pending_password_hash;
      break;
    case Step::Kind::kStopNode:
      job.argv = node_command("stop");
      // What is deleted lets nobody finish first; a restart does.
      if (step.instance.status == "deleting") job.argv.emplace_back("--drain=0");
      if (step.instance.status == "rebooting" && step.instance.forced) {
        job.argv.emplace_back("--kill");
      }
      break;
    case Step::Kind::kSetParameters:
      job.argv = node_command("set");
      AddParameters(step, job.argv);
      break;
    case Step::Kind::kCrashServer:
      job.argv = node_command("crash");
      break;
    case Step::Kind::kFreeSlot:
      job.argv = node_command("remove");
      break;
    case Step::Kind::kRemoveNode:
      job.argv = {"/bin/rm", "-rf", "--", at.nodes() + "/" + name, at.options(name)};
      break;
    case Step::Kind::kRemoveFiles:
      job.argv = {"/bin/rm", "-rf", "--", at.root};
      break;
    case Step::Kind::kTakeBackup:
      job.argv = {programs_.borealis, "volume", "export", at.volume(),
                  places_.snapshot(step.snapshot.directory)};
      break;
    case Step::Kind::kCopyBackup:
      job.argv = {"/bin/sh",
                  "-c",
                  kCopyScript,
                  "sh",
                  places_.snapshot(step.snapshot.origin.snapshot),
                  places_.snapshot(step.snapshot.directory)};
      break;
    case Step::Kind::kRemoveBackup:
      job.argv = {"/bin/rm", "-rf", "--", places_.snapshot(step.snapshot.directory),
                  places_.snapshot(step.snapshot.directory) + ".new"};
      break;
    case Step::Kind::kLaunchAgent:
      return Status(Code::kInternal, "an agent is no job");
  }
  return job;
}

}  // namespace borealis::control

#include "control/trial/trials.h"

#include <fmt/core.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>

#include "snapshot/files.h"

namespace borealis::control {
namespace {

constexpr char kPython[] = "/usr/bin/python3";
constexpr size_t kTrialsMax = 4;          // at a time
constexpr int64_t kLookEveryUs = 80'000;  // several streams ask

}  // namespace

Trials::Trials(std::string directory, std::string client, const Clock& clock)
    : directory_(std::move(directory)),
      client_(std::move(client)),
      clock_(clock),
      jobs_(directory_, clock) {
  (void)snapshot::MakeDirectory(directory_);
}

std::string Trials::JournalPath(const std::string& cluster) const {
  return directory_ + "/" + cluster + ".journal";
}

Status Trials::Start(const TrialRequest& request) {
  if (!snapshot::PathExists(client_)) {
    return {Code::kNotFound, "The client is not there: " + client_};
  }
  (void)Look();
  size_t running = 0;
  for (const auto& [cluster, trial] : trials_) running += trial.running;
  if (running >= kTrialsMax) return {Code::kUnavailable, "Too many trials run already."};
  const std::string journal = JournalPath(request.cluster);
  Job job;
  job.target = request.cluster;
  job.argv = {kPython,      client_,
              "--create",   "--count",
              "--rows",     std::to_string(request.rows),
              "--interval", fmt::format("{:.3f}", request.interval_ms / 1000.0),
              "--give-up",  "60",
              "--journal",  journal};
  if (request.empty) job.argv.emplace_back("--empty");
  job.environment = {{"AURORA_NODE1", request.addresses.front()},
                     {"AURORA_NODE2", request.addresses.back()},
                     {"AURORA_USER", request.user},
                     {"AURORA_PASSWORD", request.password},
                     {"PYTHONDONTWRITEBYTECODE", "1"}};
  const auto current = trials_.find(request.cluster);
  if (current != trials_.end() && current->second.running) {
    return {Code::kUnavailable, "A trial runs already."};
  }
  (void)unlink(journal.c_str());
  RETURN_IF_ERROR(jobs_.Start(job));
  trials_[request.cluster] = {.number = ++started_, .running = true, .lines = {}, .problem = {}};
  return Status::Ok();
}

Status Trials::Stop(const std::string& cluster) {
  const auto process = jobs_.Running(cluster);
  if (!process) return {Code::kNotFound, "No trial runs."};
  ASSIGN_OR_RETURN(const UniqueFd pidfd, node::OpenPidfd(*process));
  return node::SendSignal(pidfd, SIGTERM);
}

const std::map<std::string, Trials::Trial>& Trials::Look() {
  const int64_t now = clock_.WallUs();
  if (now - looked_us_ < kLookEveryUs && now >= looked_us_) return trials_;
  looked_us_ = now;
  (void)jobs_.Collect();
  for (auto& [cluster, trial] : trials_) {
    if (!trial.running) continue;
    trial.running = jobs_.Running(cluster).has_value();  // before the last look at its journal
    Follow(cluster, trial);
    const auto failure = jobs_.failures().find(cluster);
    if (!trial.running && failure != jobs_.failures().end()) {
      trial.problem = failure->second.message;
      jobs_.Succeeded(cluster);  // told once
    }
  }
  return trials_;
}

void Trials::Follow(const std::string& cluster, Trial& trial) {
  std::ifstream file(JournalPath(cluster), std::ios::binary);
  file.seekg(static_cast<std::streamoff>(trial.offset));
  std::string line;
  // The last line may be half written: it has no end yet.
  while (std::getline(file, line) && !file.eof()) {
    trial.offset += line.size() + 1;
    if (trial.lines.size() >= kTrialLinesMax || !nlohmann::json::accept(line)) continue;
    trial.lines.push_back(line);
  }
}

std::string ToJson(const std::string& cluster, const Trials::Trial& trial, size_t from) {
  const nlohmann::json head = {{"cluster", cluster},
                               {"trial", trial.number},
                               {"running", trial.running},
                               {"problem", trial.problem},
                               {"from", from}};
  std::string text = head.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  text.back() = ',';
  text += "\"lines\":[";
  for (size_t n = from; n < trial.lines.size(); ++n) text += (n > from ? "," : "") + trial.lines[n];
  return text + "]}";
}

}  // namespace borealis::control

#include "provider/topology.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

namespace borealis::provider {
namespace {

const char* StateName(TopologyRow::State state) {
  switch (state) {
    case TopologyRow::State::kOnline:
      return "Online";
    case TopologyRow::State::kRecovery:
      return "Recovery";
    case TopologyRow::State::kOffline:
      return "Offline";
  }
  return "?";
}

std::string Quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (static_cast<unsigned char>(c) < ' ') {
      quoted += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

}  // namespace

void LogHistory::Note(int64_t now_us, Seqno newest) {
  if (!samples_.empty() && newest <= samples_.back().second) return;
  samples_.emplace_back(now_us, newest);
  if (samples_.size() > kSamplesMax) samples_.pop_front();
}

int64_t LogHistory::LagMs(int64_t at_us, Seqno finished) const {
  const auto next =
      std::upper_bound(samples_.begin(), samples_.end(), finished,
                       [](Seqno seqno, const auto& sample) { return seqno < sample.second; });
  if (next == samples_.end()) return 0;
  return std::max<int64_t>(0, at_us - next->first) / 1000;
}

std::vector<TopologyRow> MakeTopology(const View& view, const std::vector<MemberReport>& reports,
                                      const LogHistory& history, int64_t now_us,
                                      int64_t silence_us_max) {
  using State = TopologyRow::State;
  // By name and endpoint: of several lives of one server the member counts, else the last.
  std::map<std::pair<std::string, std::string>, TopologyRow> rows;
  std::set<std::pair<std::string, std::string>> members;
  for (const Member& member : view.members) {
    members.emplace(member.name, member.endpoint);
    TopologyRow& row = rows[{member.name, member.endpoint}];
    row = {member.name, member.endpoint, State::kRecovery, 0, 0};
  }
  for (const MemberReport& report : reports) {
    const log::MemberPosition& position = report.position;
    const std::pair place{position.name, position.endpoint};
    const bool member = view.Find(report.id) != nullptr;
    if (!member && members.contains(place)) continue;
    TopologyRow& row = rows[place];
    if (row.updated_us > position.updated_us) continue;
    const bool silent = now_us - position.updated_us > silence_us_max;
    row = {position.name, position.endpoint, member && !silent ? State::kOnline : State::kOffline,
           history.LagMs(position.updated_us, position.finished), position.updated_us};
  }
  std::vector<TopologyRow> list;
  for (auto& [place, row] : rows) {
    if (list.size() < kTopologyRowsMax) list.push_back(std::move(row));
  }
  return list;
}

std::string ToJson(const TopologyRow& row) {
  return fmt::format(
      R"({{"server_id":{},"endpoint":{},"status":"{}","lag_ms":{},"updated_us":{}}})",
      Quoted(row.name), Quoted(row.endpoint), StateName(row.state), row.lag_ms, row.updated_us);
}

}  // namespace borealis::provider

#include "node/node_status.h"

#include <array>
#include <nlohmann/json.hpp>

namespace borealis::node {
namespace {

using Json = nlohmann::json;

constexpr size_t kMembersMax = 64;
constexpr size_t kSettingsMax = 1024;
constexpr size_t kFiguresMax = 64;
constexpr size_t kTextBytesMax = 4096;

struct StateName {
  NodeState state;
  std::string_view name;
};
constexpr std::array<StateName, 11> kStateNames = {{
    {NodeState::kStarting, "starting"},
    {NodeState::kRestoring, "restoring"},
    {NodeState::kRecovering, "recovering"},
    {NodeState::kReplaying, "replaying"},
    {NodeState::kReady, "ready"},
    {NodeState::kUnready, "unready"},
    {NodeState::kWaiting, "waiting"},
    {NodeState::kStopping, "stopping"},
    {NodeState::kStopped, "stopped"},
    {NodeState::kHeld, "held"},
    {NodeState::kLost, "lost"},
}};

// Reads typed members; anything of another type or out of range makes the whole object invalid.
class Members {
 public:
  explicit Members(const Json& object) : object_(object) {}

  void Text(const char* key, std::string& out) {
    const auto at = object_.find(key);
    if (at == object_.end()) return;
    if (!at->is_string() || at->get_ref<const std::string&>().size() > kTextBytesMax) {
      ok_ = false;
      return;
    }
    out = at->get<std::string>();
  }
  template <typename T>
  void Number(const char* key, T& out) {
    const auto at = object_.find(key);
    if (at == object_.end()) return;
    if (!at->is_number_integer()) {
      ok_ = false;
      return;
    }
    // A number above the signed ones must not come back as a negative one.
    ok_ = at->is_number_unsigned() ? Fits(at->get<uint64_t>(), out) : Fits(at->get<int64_t>(), out);
  }
  void Process(const char* pid_key, const char* start_key, ProcessId& out) {
    Number(pid_key, out.pid);
    Number(start_key, out.start_ticks);
    if (out.pid < 0) ok_ = false;
  }
  void Texts(const char* key, std::vector<std::string>& out) {
    const auto at = object_.find(key);
    if (at == object_.end()) return;
    if (!at->is_array() || at->size() > kMembersMax) {
      ok_ = false;
      return;
    }
    for (const Json& item : *at) {
      if (!item.is_string() || item.get_ref<const std::string&>().size() > kTextBytesMax) {
        ok_ = false;
        return;
      }
      out.push_back(item.get<std::string>());
    }
  }
  void TextMap(const char* key, std::optional<std::map<std::string, std::string>>& out) {
    const auto at = object_.find(key);
    if (at == object_.end()) return;
    if (!at->is_object() || at->size() > kSettingsMax) {
      ok_ = false;
      return;
    }
    out.emplace();
    Members texts(*at);
    for (const auto& item : at->items()) texts.Text(item.key().c_str(), (*out)[item.key()]);
    ok_ = ok_ && texts.ok();
  }
  void Numbers(const char* key, Figures& out) {
    const auto at = object_.find(key);
    if (at == object_.end()) return;
    if (!at->is_object() || at->size() > kFiguresMax) {
      ok_ = false;
      return;
    }
    Members numbers(*at);
    for (const auto& item : at->items()) numbers.Number(item.key().c_str(), out[item.key()]);
    ok_ = ok_ && numbers.ok();
  }
  bool ok() const { return ok_; }

 private:
  template <typename T, typename From>
  bool Fits(From value, T& out) const {
    if (!std::in_range<T>(value)) return false;
    out = static_cast<T>(value);
    return ok_;
  }

  const Json& object_;
  bool ok_ = true;
};

}  // namespace

std::string_view NodeStateName(NodeState state) {
  for (const StateName& entry : kStateNames) {
    if (entry.state == state) return entry.name;
  }
  return "invalid";
}

std::optional<NodeState> ParseNodeState(std::string_view name) {
  for (const StateName& entry : kStateNames) {
    if (entry.name == name) return entry.state;
  }
  return std::nullopt;
}

std::string EncodeNodeStatus(const NodeStatus& s) {
  Json json = {
      {"name", s.name},
      {"volume", s.volume},
      {"volume_uuid", s.volume_uuid},
      {"address", s.address},
      {"port", s.port},
      {"socket", s.socket},
      {"directory", s.directory},
      {"slot", s.slot},
      {"state", NodeStateName(s.state)},
      {"message", s.message.substr(0, kMessageBytesMax)},
      {"software", s.software},
      {"server_version", s.server_version},
      {"agent_pid", s.agent.pid},
      {"agent_start_ticks", s.agent.start_ticks},
      {"pid", s.server.pid},
      {"start_ticks", s.server.start_ticks},
      {"restarts", s.restarts},
      {"seqno", s.seqno.value},
      {"members", s.members},
      {"started_us", s.started_us},
      {"updated_us", s.updated_us},
      {"last_crash_us", s.last_crash_us},
      {"ready_after_ms", s.ready_after_ms},
      {"rebuilt_for", s.failures.rebuilt_for.value},
      {"rebuilds", s.failures.rebuilds},
  };
  if (s.settings) json["settings"] = *s.settings;
  if (!s.figures.empty()) json["figures"] = s.figures;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<NodeStatus> DecodeNodeStatus(std::string_view text) {
  const Status damaged(Code::kCorruption, "damaged node status");
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return damaged;
  NodeStatus s;
  std::string state;
  Members members(json);
  members.Text("name", s.name);
  members.Text("volume", s.volume);
  members.Text("volume_uuid", s.volume_uuid);
  members.Text("address", s.address);
  members.Number("port", s.port);
  members.Text("socket", s.socket);
  members.Text("directory", s.directory);
  members.Number("slot", s.slot);
  members.Text("state", state);
  members.Text("message", s.message);
  members.Text("software", s.software);
  members.Text("server_version", s.server_version);
  members.Process("agent_pid", "agent_start_ticks", s.agent);
  members.Process("pid", "start_ticks", s.server);
  members.Number("restarts", s.restarts);
  members.Number("seqno", s.seqno.value);
  members.Texts("members", s.members);
  members.Number("started_us", s.started_us);
  members.Number("updated_us", s.updated_us);
  members.Number("last_crash_us", s.last_crash_us);
  members.Number("ready_after_ms", s.ready_after_ms);
  members.Number("rebuilt_for", s.failures.rebuilt_for.value);
  members.Number("rebuilds", s.failures.rebuilds);
  members.TextMap("settings", s.settings);
  members.Numbers("figures", s.figures);
  const auto parsed = ParseNodeState(state);
  if (!members.ok() || !parsed || s.name.empty()) return damaged;
  s.state = *parsed;
  return s;
}

std::string HintName(std::string_view node) { return std::string(kHintPrefix) + std::string(node); }

}  // namespace borealis::node

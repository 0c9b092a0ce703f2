#include "settings/provider_options.h"

#include <fmt/core.h>

#include <charconv>
#include <functional>
#include <vector>

namespace borealis::settings {
namespace {

struct Field {
  const char* name;
  uint64_t min;
  uint64_t max;
  bool dynamic;  // may change while running
  std::function<uint64_t(const ProviderOptions&)> get;
  std::function<void(ProviderOptions&, uint64_t)> set;
};

template <typename T>
Field MakeField(const char* name, uint64_t min, uint64_t max, bool dynamic,
                T ProviderOptions::*member) {
  return {name,
          min,
          max,
          dynamic,
          [member](const ProviderOptions& o) { return static_cast<uint64_t>(o.*member); },
          [member](ProviderOptions& o, uint64_t v) { o.*member = static_cast<T>(v); }};
}

const std::vector<Field>& Fields() {
  static const std::vector<Field> fields = {
      MakeField("slot", 0, 16, false, &ProviderOptions::slot),
      MakeField("lease_ms", 1'000, 3'600'000, false, &ProviderOptions::lease_ms),
      MakeField("tick_ms", 10, 10'000, false, &ProviderOptions::tick_ms),
      MakeField("causal_timeout_s", 1, 86'400, true, &ProviderOptions::causal_timeout_s),
      MakeField("backlog_items_max", 16, 1'000'000, false, &ProviderOptions::backlog_items_max),
      MakeField("apply_patience_ms", 1, 60'000, true, &ProviderOptions::apply_patience_ms),
      MakeField("write_set_bytes_max", 1 << 16, 4ull << 30, true,
                &ProviderOptions::write_set_bytes_max),
      MakeField("segment_mib", 4, 1024, false, &ProviderOptions::segment_mib),
      MakeField("checkpoint_kib", 64, 4 << 20, false, &ProviderOptions::checkpoint_kib),
      MakeField("snapshot_barrier", 0, 1, true, &ProviderOptions::snapshot_barrier),
      MakeField("replica", 0, 1, false, &ProviderOptions::replica),
      MakeField("alone", 0, 1, false, &ProviderOptions::alone),
      MakeField("stop_at", 0, INT64_MAX, false, &ProviderOptions::stop_at),
      MakeField("parent", 0, INT32_MAX, false, &ProviderOptions::parent),
      MakeField("supervised", 0, 1, false, &ProviderOptions::supervised),
      MakeField("debug", 0, 1, true, &ProviderOptions::debug),
  };
  return fields;
}

std::string_view Trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::string KnownNames() {
  std::string names;
  for (const Field& field : Fields()) {
    if (!names.empty()) names += ", ";
    names += field.name;
  }
  return names;
}

Status SetOne(ProviderOptions& options, std::string_view item, bool running) {
  const size_t equals = item.find('=');
  const std::string_view name = Trim(item.substr(0, equals));
  const std::string_view value =
      equals == std::string_view::npos ? std::string_view() : Trim(item.substr(equals + 1));
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (name == "hold_after" && running) {
    if (error != std::errc() || end != value.data() + value.size() || number > INT64_MAX) {
      return {Code::kInvalidArgument, "provider option hold_after: give a seqno, or 0"};
    }
    options.hold_after = static_cast<int64_t>(number);
    return Status::Ok();
  }
  for (const Field& field : Fields()) {
    if (name != field.name) continue;
    if (error != std::errc() || end != value.data() + value.size() || value.empty() ||
        number < field.min || number > field.max) {
      return {Code::kInvalidArgument,
              fmt::format("provider option {}='{}': give a whole number from {} to {}", name, value,
                          field.min, field.max)};
    }
    if (running && !field.dynamic && number != field.get(options)) {
      return {Code::kInvalidArgument,
              fmt::format("provider option {} can't change while the server runs; set it in "
                          "wsrep_provider_options and restart",
                          name)};
    }
    field.set(options, number);
    return Status::Ok();
  }
  return {Code::kInvalidArgument,
          fmt::format("unknown provider option '{}'; known are: {}", name, KnownNames())};
}

// The next "name=value" of "a=1;b=2", taken off the front of `text`; empty between two semicolons.
std::string_view PopItem(std::string_view& text) {
  const size_t end = text.find(';');
  const std::string_view item = Trim(text.substr(0, end));
  text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  return item;
}

Status Apply(ProviderOptions& options, std::string_view text, bool running) {
  ProviderOptions changed = options;
  while (!text.empty()) {
    const std::string_view item = PopItem(text);
    if (!item.empty()) RETURN_IF_ERROR(SetOne(changed, item, running));
  }
  if (changed.lease_ms < changed.tick_ms * 4) {
    return {Code::kInvalidArgument,
            fmt::format("provider option lease_ms={} must be at least four times tick_ms={}",
                        changed.lease_ms, changed.tick_ms)};
  }
  options = changed;
  return Status::Ok();
}

}  // namespace

Result<ProviderOptions> ProviderOptions::Parse(std::string_view text) {
  ProviderOptions options;
  RETURN_IF_ERROR(Apply(options, text, /*running=*/false));
  return options;
}

Result<ProviderOptions> ProviderOptions::ParseForAgent(std::string_view text) {
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view item = PopItem(rest);
    const std::string_view name = Trim(item.substr(0, item.find('=')));
    if (name == "slot") {
      return Status(Code::kInvalidArgument,
                    "provider option slot: a node's agent takes its slot from the volume; leave it "
                    "out");
    }
    if (name == "replica" || name == "stop_at" || name == "alone" || name == "parent") {
      return Status(Code::kInvalidArgument,
                    fmt::format("provider option {}: it is for servers that make snapshots, which "
                                "`borealis snapshot take` and `restore` start; leave it out",
                                name));
    }
  }
  return Parse(text);
}

Status ProviderOptions::Update(std::string_view text) {
  return Apply(*this, text, /*running=*/true);
}

std::string ProviderOptions::ToString() const {
  std::string text;
  for (const Field& field : Fields()) {
    text += fmt::format("{} = {}; ", field.name, field.get(*this));
  }
  return text;
}

Result<ClusterAddress> ClusterAddress::Parse(std::string_view url) {
  constexpr std::string_view kScheme = "volume://";
  if (!url.starts_with(kScheme)) {
    return Status(Code::kInvalidArgument,
                  fmt::format("Invalid backend URI '{}': give volume:///absolute/directory", url));
  }
  std::string_view directory = url.substr(kScheme.size());
  while (directory.size() > 1 && directory.ends_with('/')) directory.remove_suffix(1);
  if (!directory.starts_with('/') || directory.size() < 2 ||
      directory.find('?') != std::string_view::npos ||
      directory.find('\0') != std::string_view::npos) {
    return Status(Code::kInvalidArgument,
                  fmt::format("Invalid backend URI '{}': the directory must be absolute, as in "
                              "volume:///var/lib/borealis/volume",
                              url));
  }
  return ClusterAddress{std::string(directory)};
}

}  // namespace borealis::settings

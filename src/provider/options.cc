#include "provider/options.h"

#include <fmt/core.h>

#include <charconv>
#include <functional>
#include <vector>

namespace borealis::provider {
namespace {

struct Field {
  const char* name;
  uint64_t min;
  uint64_t max;
  bool dynamic;  // may change while running
  std::function<uint64_t(const Options&)> get;
  std::function<void(Options&, uint64_t)> set;
};

template <typename T>
Field MakeField(const char* name, uint64_t min, uint64_t max, bool dynamic, T Options::*member) {
  return {name,
          min,
          max,
          dynamic,
          [member](const Options& o) { return static_cast<uint64_t>(o.*member); },
          [member](Options& o, uint64_t v) { o.*member = static_cast<T>(v); }};
}

const std::vector<Field>& Fields() {
  static const std::vector<Field> fields = {
      MakeField("slot", 0, 16, false, &Options::slot),
      MakeField("lease_ms", 1'000, 3'600'000, false, &Options::lease_ms),
      MakeField("tick_ms", 10, 10'000, false, &Options::tick_ms),
      MakeField("causal_timeout_s", 1, 86'400, true, &Options::causal_timeout_s),
      MakeField("backlog_items_max", 16, 1'000'000, false, &Options::backlog_items_max),
      MakeField("write_set_bytes_max", 1 << 16, 4ull << 30, true, &Options::write_set_bytes_max),
      MakeField("segment_mib", 4, 1024, false, &Options::segment_mib),
      MakeField("snapshot_barrier", 0, 1, true, &Options::snapshot_barrier),
      MakeField("supervised", 0, 1, false, &Options::supervised),
      MakeField("debug", 0, 1, true, &Options::debug),
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

Status SetOne(Options& options, std::string_view item, bool running) {
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

Status Apply(Options& options, std::string_view text, bool running) {
  Options changed = options;
  while (!text.empty()) {
    const size_t end = text.find(';');
    const std::string_view item = Trim(text.substr(0, end));
    if (!item.empty()) RETURN_IF_ERROR(SetOne(changed, item, running));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
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

Result<Options> Options::Parse(std::string_view text) {
  Options options;
  RETURN_IF_ERROR(Apply(options, text, /*running=*/false));
  return options;
}

Status Options::Update(std::string_view text) { return Apply(*this, text, /*running=*/true); }

std::string Options::ToString() const {
  std::string text;
  for (const Field& field : Fields()) {
    text += fmt::format("{} = {}; ", field.name, field.get(*this));
  }
  return text;
}

Result<Address> Address::Parse(std::string_view url) {
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
  return Address{std::string(directory)};
}

}  // namespace borealis::provider

// What a user writes for the provider, provider options and the cluster address: what is accepted
// says itself in a form that is accepted and means the same; a running server's fixed options do
// not change.
//
//   first byte % 3   0: options   1: options for a running server   2: an address
#include "base/check.h"
#include "fuzz/fuzz_input.h"
#include "settings/provider_options.h"

namespace borealis::settings {
namespace {

void CheckBounds(const ProviderOptions& options) {
  CHECK(options.slot <= 16);
  CHECK(options.tick_ms >= 1 && options.lease_ms >= 4 * options.tick_ms);
  CHECK(options.segment_mib >= 1 && options.backlog_items_max >= 1);
  CHECK(options.write_set_bytes_max > 0 && options.causal_timeout_s > 0);
}

void CheckSaysItself(const ProviderOptions& options) {
  const std::string text = options.ToString();
  const Result<ProviderOptions> again = ProviderOptions::Parse(text);
  CHECK_OK(again);
  CHECK(again->ToString() == text, "'{}' became '{}'", text, again->ToString());
}

void CheckRefusal(const Status& status) {
  CHECK(status.code() == Code::kInvalidArgument && !status.message().empty());
}

void TryParse(std::string_view text) {
  const Result<ProviderOptions> options = ProviderOptions::Parse(text);
  if (!options.ok()) {
    CheckRefusal(options.status());
    return;
  }
  CheckBounds(*options);
  CheckSaysItself(*options);
}

void TryUpdate(std::string_view text) {
  ProviderOptions options;
  const std::string before = options.ToString();
  const Status status = options.Update(text);
  CheckBounds(options);
  CheckSaysItself(options);
  if (!status.ok()) {
    CheckRefusal(status);
    CHECK(options.ToString() == before);
  }
  const ProviderOptions fixed;
  CHECK(options.slot == fixed.slot && options.lease_ms == fixed.lease_ms &&
        options.tick_ms == fixed.tick_ms && options.segment_mib == fixed.segment_mib &&
        options.backlog_items_max == fixed.backlog_items_max);
}

void TryAddress(std::string_view text) {
  const Result<ClusterAddress> address = ClusterAddress::Parse(text);
  if (!address.ok()) {
    CheckRefusal(address.status());
    return;
  }
  const std::string& directory = address->directory;
  CHECK(directory.size() > 1 && directory.front() == '/' && directory.back() != '/');
  CHECK(directory.find('\0') == std::string::npos);
  const Result<ClusterAddress> again = ClusterAddress::Parse("volume://" + directory);
  CHECK_OK(again);
  CHECK(again->directory == directory);
}

}  // namespace
}  // namespace borealis::settings

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace borealis;            // NOLINT: a fuzz target
  using namespace borealis::settings;  // NOLINT: a fuzz target
  fuzz::Input input(data, size);
  switch (input.Take<uint8_t>() % 3) {
    case 0:
      TryParse(input.text());
      break;
    case 1:
      TryUpdate(input.text());
      break;
    default:
      TryAddress(input.text());
  }
  return 0;
}

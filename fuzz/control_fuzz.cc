// What the control plane reads from clients and from the log, and its own saved state.
//
//   first byte % 5   0: a form; what is accepted encodes and decodes to the same
//                    1: an Authorization header, a date, a block of addresses, cookies, base64
//                    2: a form that names any action, carried out on a small region, whose answer
//                    is
//                       well-formed text and JSON, and whose region can be saved and loaded
//                    3: a row of the saved region
//                    4: a record's payload, and its bytes as a statement
#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "control/actions/actions.h"
#include "control/api/answer.h"
#include "control/api/base64.h"
#include "control/api/cookies.h"
#include "control/api/form.h"
#include "control/api/json.h"
#include "control/api/signature.h"
#include "control/api/times.h"
#include "control/model/cidr.h"
#include "control/model/parameter_catalogue.h"
#include "control/model/recurring_window.h"
#include "control/store/region_codec.h"
#include "control/watch/write_set_text.h"
#include "fuzz/fuzz_input.h"

namespace borealis::control {
namespace {

void TryForm(std::string_view text) {
  const auto form = DecodeForm(text);
  if (!form.ok()) return;
  CHECK(form->size() <= kFormFieldsMax);
  const std::string encoded = EncodeForm(*form);
  if (encoded.size() <= kFormBytesMax) CHECK(*DecodeForm(encoded) == *form);
}

void TryHeaders(std::string_view text) {
  (void)ParseAmzDate(text);
  (void)ReadTime(std::string(text));
  for (const auto& window : {ParseDailyWindow(text), ParseWeeklyWindow(text)}) {
    if (!window) continue;
    CHECK(window->minutes >= kWindowMinutesMin && window->BeganUs(1).value_or(0) <= 1);
  }
  for (const ParameterInfo& info : ParameterCatalogue()) {
    // What may stand in a server's option file.
    if (IsAllowed(info, std::string(text))) CHECK(text.find('\n') == std::string_view::npos);
  }
  const std::string_view cookie = CookieValue(text, "session");
  CHECK(cookie.find(';') == std::string_view::npos);
  if (const auto bytes = DecodeBase64(text)) CHECK(bytes->size() <= text.size() / 4 * 3);
  if (const auto cidr = Cidr::Parse(text)) {
    CHECK(Cidr::Parse(cidr->ToString())->address == cidr->address);
  }
  const auto authorization = ParseAuthorization(text);
  if (!authorization.ok()) return;
  CHECK(authorization->signature.size() == kSignatureHexDigits);
  CHECK(std::is_sorted(authorization->signed_headers.begin(), authorization->signed_headers.end()));
  HttpRequest request{
      "POST", std::string(text), {{"host", "h"}, {"x-amz-date", std::string(text)}}, "", ""};
  CHECK(ExpectedSignature(request, *authorization, "secret").size() == kSignatureHexDigits);
}

// No element may be opened by what a user chose.
void CheckText(const std::string& xml) {
  CHECK(std::count(xml.begin(), xml.end(), '<') == std::count(xml.begin(), xml.end(), '>'));
  for (const char c : xml) CHECK(static_cast<unsigned char>(c) >= 0x20 || c == '\n');
}

Region SmallRegion(const Settings& settings) {
  Region region;
  AddDefaults(settings, region);
  Cluster cluster;
  cluster.id = "c";
  cluster.engine = "aurora";
  cluster.engine_mode = "multimaster";
  cluster.status = "available";
  cluster.resource_id = "cluster-1";
  cluster.backup_window = "03:00-03:30";
  region.clusters["c"] = cluster;
  ClusterSnapshot snapshot;
  snapshot.id = "s";
  snapshot.directory = "s1";
  snapshot.status = "available";
  snapshot.cluster = cluster;
  region.snapshots["s"] = snapshot;
  Instance instance;
  instance.id = "i";
  instance.cluster = "c";
  instance.status = "available";
  region.instances["i"] = instance;
  region.Tell(1, "db-cluster", "c", "creation", "made");
  return region;
}

class OneLog : public Logs {
 public:
  std::vector<LogFile> List(const Region&, const Instance&) const override {
    return {{"error/mysqld.err", 8, 1}};
  }
  std::string Read(const Region&, const Instance&, const std::string&,
                   uint64_t from) const override {
    return std::string("one\ntwo\n").substr(std::min<uint64_t>(from, 8));
  }
};

void TryAction(std::string_view text) {
  const auto form = DecodeForm(text);
  if (!form.ok()) return;
  const auto name = form->find("Action");
  if (name == form->end()) return;
  Settings settings;
  settings.random_hex = [](size_t digits) { return std::string(digits, 'a'); };
  for (const char* service : {"rds", "ec2"}) {
    const Action action = FindAction(service, name->second);
    if (action == nullptr) continue;
    Region region = SmallRegion(settings);
    const Restorable restorable = {{"cluster-1", {400'000, 900'000}}};
    Call call(*form, region, settings, OneLog(), restorable, 1'000'000);
    action(call);
    if (!call.ok()) {
      CHECK(!call.parameters.error()->code.empty() && !call.parameters.error()->message.empty());
      CheckText(RenderError(service, *call.parameters.error(), "id").body);
      continue;
    }
    CheckText(RenderResult(service, name->second, call.result, "id").body);
    CHECK(nlohmann::json::accept(ToJson(call.result)));
    const auto again = DecodeRegion(EncodeRegion(region));
    CHECK_OK(again);
    CHECK(*again == region);
  }
}

void TryRow(std::string_view text) {
  const size_t at = std::min(text.find('\n'), text.size());
  const Rows rows = {{{std::string(text.substr(0, at)), "1"},
                      std::string(text.substr(std::min(at + 1, text.size())))}};
  const auto region = DecodeRegion(rows);
  if (region.ok()) CHECK(*DecodeRegion(EncodeRegion(*region)) == *region);
}

void TryPayload(std::string_view text) {
  const WriteSetText shown = DescribePayload(text);
  CHECK(shown.tables.size() <= kTablesShownMax);
  const size_t bytes_max = kStatementBytesMax + std::string_view("…").size();
  CHECK(shown.statement.size() <= bytes_max);
  CHECK(WithoutLiterals(text).size() <= bytes_max);
}

}  // namespace
}  // namespace borealis::control

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace borealis::control;  // NOLINT
  borealis::fuzz::Input input(data, size);
  const auto what = input.Take<uint8_t>();
  switch (what % 5) {
    case 0:
      TryForm(input.text());
      break;
    case 1:
      TryHeaders(input.text());
      break;
    case 2:
      TryAction(input.text());
      break;
    case 3:
      TryRow(input.text());
      break;
    default:
      TryPayload(input.text());
  }
  return 0;
}

#include "control/service.h"

#include <fmt/core.h>

#include "base/log.h"
#include "base/uuid.h"
#include "control/actions/actions.h"
#include "control/api/answer.h"
#include "control/api/form.h"
#include "control/api/json.h"

namespace borealis::control {
namespace {

std::string_view VersionOf(std::string_view service) {
  return service == "ec2" ? "2016-11-15" : "2014-10-31";
}

// What a client that could not be told apart yet most likely speaks.
std::string ServiceOf(const HttpRequest& request) {
  const auto authorization = ParseAuthorization(request.Header("authorization"));
  return authorization.ok() ? authorization->service : "rds";
}

// A name from outside, for one line of a log.
std::string Printable(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, 64)) out += c > ' ' && c < 0x7f ? c : '?';
  return out.empty() ? "-" : out;
}

// What the commands of `borealis` speak; AWS's clients never ask for it.
bool WantsJson(const HttpRequest& request) {
  return request.Header("accept") == "application/json";
}

HttpAnswer InJson(int status, std::string body, const std::string& request_id) {
  HttpAnswer answer;
  answer.status = status;
  answer.content_type = "application/json";
  answer.request_id = request_id;
  answer.body = std::move(body);
  return answer;
}

}  // namespace

Service::Service(std::unique_ptr<Store> store, Region region, Settings settings,
                 std::unique_ptr<Logs> logs, const Clock& clock, std::function<void()> changed)
    : settings_(std::move(settings)),
      logs_(std::move(logs)),
      clock_(clock),
      changed_(std::move(changed)),
      store_(std::move(store)),
      region_(std::move(region)),
      authenticator_(settings_.region, [this](const std::string& id) NO_THREAD_SAFETY_ANALYSIS {
        return store_->FindKey(id);  // called under mutex_ only
      }) {}

HttpAnswer Service::Handle(const HttpRequest& request) {
  return Act(request, Uuid::Random().ToString());
}

HttpAnswer Service::Act(const HttpRequest& request, const std::string& request_id) {
  const auto refuse = [&](const std::string& service, const std::string& action,
                          const ApiError& error) {
    LogEvent(LogLevel::kInfo, "request refused",
             {{"request", request_id},
              {"peer", request.peer},
              {"action", Printable(action)},
              {"status", std::to_string(error.http_status)},
              {"code", error.code}});
    if (WantsJson(request)) return InJson(error.http_status, ToJson(error), request_id);
    return RenderError(service, error, request_id);
  };
  const std::string service = ServiceOf(request);
  const auto form = DecodeForm(request.body);
  const std::string action = form.ok() ? FieldOf(*form, "Action") : std::string();
  std::optional<Caller> caller;
  {
    MutexLock lock(mutex_);
    const int64_t now_us = clock_.WallUs();
    auto checked = authenticator_.Check(request, action, now_us);
    if (const auto* error = std::get_if<ApiError>(&checked)) {
      // Whoever signs well is never held up by who does not, from the same address.
      if (!attempts_.Allowed(request.peer, now_us)) {
        return RenderError(service, {400, "Throttling", "Rate exceeded: too many failures."},
                           request_id);
      }
      attempts_.Failed(request.peer, now_us);
      return refuse(service, action, *error);
    }
    caller = std::get<Caller>(checked);
  }
  if (request.method != "POST" || request.target != "/") {
    return refuse(service, action, {400, "InvalidAction", "Requests are a POST of a form to /."});
  }
  if (!form.ok()) {
    return refuse(service, action, {400, "MalformedQueryString", form.status().message()});
  }
  auto outcome = RunIfKnown(service, *form);
  if (const auto* error = std::get_if<ApiError>(&outcome)) return refuse(service, action, *error);
  if (!ReadsOnly(action)) {
    LogEvent(LogLevel::kInfo, "request done",
             {{"request", request_id},
              {"peer", request.peer},
              {"key", caller->key_id},
              {"action", action}});
    changed_();
  }
  const Value& result = std::get<Value>(outcome);
  if (WantsJson(request)) return InJson(200, ToJson(result), request_id);
  return RenderResult(service, action, result, request_id);
}

std::variant<Value, ApiError> Service::Perform(const Form& form, const std::string& service,
                                               bool read_only, const std::string& who) {
  const std::string action = FieldOf(form, "Action");
  const bool reads = ReadsOnly(action);
  auto outcome =
      read_only && !reads
          ? ApiError{403, "AccessDenied", "This session is read-only: it may look, not change."}
          : RunIfKnown(service, form);
  if (const auto* error = std::get_if<ApiError>(&outcome)) {
    LogEvent(LogLevel::kInfo, "request refused",
             {{"by", who},
              {"action", Printable(action)},
              {"status", std::to_string(error->http_status)},
              {"code", error->code}});
  } else if (!reads) {
    LogEvent(LogLevel::kInfo, "request done", {{"by", who}, {"action", action}});
    changed_();
  }
  return outcome;
}

std::variant<Value, ApiError> Service::RunIfKnown(const std::string& service, const Form& form) {
  const std::string action = FieldOf(form, "Action");
  const std::string version = FieldOf(form, "Version");
  if (FindAction(service, action) == nullptr ||
      (!version.empty() && version != VersionOf(service))) {
    return ApiError{400, "InvalidAction",
                    fmt::format("Could not find operation {} for version {}.", Printable(action),
                                Printable(version))};
  }
  return Run(service, action, form);
}

std::variant<Value, ApiError> Service::Run(const std::string& service, const std::string& action,
                                           const Form& form) {
  MutexLock lock(mutex_);
  Region copy = region_;
  Call call(form, copy, settings_, *logs_, restorable_, clock_.WallUs());
  FindAction(service, action)(call);
  if (!call.ok()) return *call.parameters.error();
  if (!ReadsOnly(action)) {
    if (const Status saved = store_->Save(copy); !saved.ok()) {
      LogError("{}", saved.message());
      return ApiError{500, "InternalFailure", "The change could not be saved; see the log."};
    }
    region_ = std::move(copy);
    ++version_;
  }
  return std::move(call.result);
}

Region Service::Snapshot() const {
  MutexLock lock(mutex_);
  return region_;
}

Result<Decision> Service::Reconcile(const Observed& observed) {
  MutexLock lock(mutex_);
  Decision decision = Decide(region_, observed, clock_.WallUs());
  if (decision.region != region_) {
    RETURN_IF_ERROR(store_->Save(decision.region));
    region_ = decision.region;
    ++version_;
  }
  restorable_.clear();
  for (const auto& [id, cluster] : observed.clusters) restorable_[id] = cluster.restorable;
  return decision;
}

}  // namespace borealis::control

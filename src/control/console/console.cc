#include "control/console/console.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "control/api/form.h"
#include "control/api/json.h"
#include "control/api/signature.h"
#include "control/console/json_answer.h"
#include "control/console/machine.h"
#include "control/metrics/prometheus.h"

namespace borealis::control {
namespace {

constexpr int kTicksBetweenSessionChecks = 10;
constexpr std::string_view kAuthority = "/console/authority/";

// A browser says from which site a request comes. Another program does not, and need not.
bool FromAnotherSite(const HttpRequest& request) {
  const std::string_view origin = request.Header("origin");
  if (origin.empty()) return false;
  const size_t host = origin.find("://");
  return host == std::string_view::npos || origin.substr(host + 3) != request.Header("host");
}

// What a stream has told of each trial.
struct TrialSeen {
  int64_t number = 0;
  bool running = false;
  size_t lines = 0;
};
using TrialsSeen = std::map<std::string, TrialSeen>;

std::string TrialNews(const std::map<std::string, Trials::Trial>& trials, TrialsSeen& seen) {
  std::string text;
  for (const auto& [cluster, trial] : trials) {
    TrialSeen& told = seen[cluster];
    if (told.number != trial.number) told = {trial.number, !trial.running, 0};
    if (told.lines == trial.lines.size() && told.running == trial.running) continue;
    text += fmt::format("event: trial\ndata: {}\n\n", ToJson(cluster, trial, told.lines));
    told = {trial.number, trial.running, trial.lines.size()};
  }
  return text;
}

}  // namespace

bool Console::Owns(const HttpRequest& request) {
  return request.method == "GET" || request.target.starts_with("/console/");
}

HttpAnswer Console::Handle(const HttpRequest& request) {
  const std::string_view target = request.target;
  const std::string_view path = target.substr(0, target.find('?'));
  if (path == "/healthz") {
    HttpAnswer answer;
    answer.content_type = "text/plain";
    answer.body = "ok\n";
    return answer;
  }
  if (path == "/metrics") return Metrics(request);
  return path.starts_with("/console/") ? Route(path, request) : Page(path, request);
}

HttpAnswer Console::Metrics(const HttpRequest& request) {
  const int64_t now_us = clock_.WallUs();
  if (!sessions_.HasKey(request, now_us) && !sessions_.Find(request, now_us)) {
    HttpAnswer answer = Refused(401, "MissingAuthenticationToken",
                                "Give an access key as user and its secret as password.");
    answer.headers.emplace_back("WWW-Authenticate", "Basic realm=\"access key\"");
    return answer;
  }
  const auto sample = sampler_.Latest();
  HttpAnswer answer;
  answer.content_type = kPrometheusType;
  answer.body = RenderMetrics(service_.Snapshot(), sample ? *sample : Sample{});
  return answer;
}

HttpAnswer Console::Page(std::string_view path, const HttpRequest& request) const {
  if (assets_) return assets_->Answer(path, request);
  HttpAnswer answer;
  answer.status = 404;
  answer.content_type = "text/plain";
  answer.body = "The API is here; the console's bundle is not (see borealis serve --console).\n";
  AddSafetyHeaders(answer);
  return answer;
}

HttpAnswer Console::Route(std::string_view path, const HttpRequest& request) {
  if (FromAnotherSite(request)) {
    return Refused(403, "CrossSite", "This request comes from another site.");
  }
  if (path == "/console/session" && request.method == "POST") return SignIn(request);
  const auto session = sessions_.Find(request, clock_.WallUs());
  if (!session) return Refused(401, "SignedOut", "Sign in first.");
  const bool reads = request.method == "GET";
  if (!reads &&
      !EqualInConstantTime(Sessions::ChangeToken(*session), request.Header("x-borealis-token"))) {
    return Refused(403, "CrossSite", "The request lacks the token of its session.");
  }
  return WithSession(path, request, *session);
}

HttpAnswer Console::SignIn(const HttpRequest& request) {
  const auto form = DecodeForm(request.body);
  if (!form.ok()) return Refused(400, "MalformedQueryString", form.status().message());
  const auto outcome = sessions_.SignIn(FieldOf(*form, "password"), FieldOf(*form, "key_id"),
                                        FieldOf(*form, "secret"), request.peer, clock_.WallUs());
  if (const auto* refusal = std::get_if<Sessions::Refusal>(&outcome)) {
    return *refusal == Sessions::Refusal::kTooMany
               ? Refused(429, "TooManyAttempts", "Too many failures; try again in a minute.")
               : Refused(403, "AccessDenied",
                         "That did not match. A one-time password works once and for a day; "
                         "`borealis console-password` makes another.");
  }
  HttpAnswer answer = JsonAnswer(200, "{}");
  answer.headers.emplace_back("Set-Cookie", sessions_.CookieOf(std::get<std::string>(outcome)));
  return answer;
}

HttpAnswer Console::WithSession(std::string_view path, const HttpRequest& request,
                                const Session& session) {
  const std::string_view method = request.method;
  if (path == "/console/session" && method == "GET") {
    const nlohmann::json json = {{"token", Sessions::ChangeToken(session)},
                                 {"read_only", session.read_only},
                                 {"key_id", session.key_id},
                                 {"region", region_},
                                 {"ends_ms", (session.created_us + kSessionUsMax) / 1000}};
    return JsonAnswer(200, json.dump());
  }
  if (path == "/console/session" && method == "DELETE") {
    if (!sessions_.SignOut(session).ok()) {
      return Refused(500, "InternalFailure", "The session could not be ended; see the log.");
    }
    HttpAnswer answer = JsonAnswer(200, "{}");
    answer.headers.emplace_back("Set-Cookie", sessions_.CookieOf(""));
    return answer;
  }
  if (path == "/console/api/rds" && method == "POST") return Act("rds", request, session);
  if (path == "/console/api/ec2" && method == "POST") return Act("ec2", request, session);
  if (path == "/console/stream" && method == "GET") return Stream(session);
  if (path == "/console/figures" && method == "GET") return Figures();
  if (path == "/console/log" && method == "GET") {
    const size_t query = request.target.find('?');
    return Log(query == std::string::npos ? "" : request.target.substr(query + 1));
  }
  if (path == "/console/trial" && method == "POST") {
    if (session.read_only) return Refused(403, "AccessDenied", "This session is read-only.");
    return StartTrial(request);
  }
  if (path == "/console/trial/stop" && method == "POST") return StopTrial(request);
  if (path == "/console/keys" && method == "GET") return ListKeys();
  if (path.starts_with("/console/keys") && session.read_only) {
    return Refused(403, "AccessDenied", "This session is read-only.");
  }
  if (path == "/console/keys" && method == "POST") return MakeKey(request);
  if (path == "/console/keys/remove" && method == "POST") return RemoveKey(request);
  if (path == "/console/machine" && method == "GET") {
    return JsonAnswer(200, DescribeMachine(places_, service_.default_port()));
  }
  if (path.starts_with(kAuthority) && method == "GET") {
    return Authority(std::string(path.substr(kAuthority.size())));
  }
  return Refused(404, "NotFound", "There is nothing here.");
}

HttpAnswer Console::Authority(const std::string& cluster) const {
  const auto text = AuthorityOf(places_, service_.Snapshot(), cluster);
  if (!text.ok()) return Refused(404, "NotFound", text.status().message());
  HttpAnswer answer = JsonAnswer(200, *text);
  answer.content_type = "application/x-pem-file";
  return answer;
}

HttpAnswer Console::Act(const std::string& service, const HttpRequest& request,
                        const Session& session) {
  const auto form = DecodeForm(request.body);
  if (!form.ok()) return Refused(400, "MalformedQueryString", form.status().message());
  const std::string who = fmt::format("the console's session {} from {}",
                                      session.token_hash.substr(0, 8), request.peer);
  const auto outcome = service_.Perform(*form, service, session.read_only, who);
  if (const auto* error = std::get_if<ApiError>(&outcome)) {
    return JsonAnswer(error->http_status, ToJson(*error));
  }
  return JsonAnswer(200, ToJson(std::get<Value>(outcome)));
}

HttpAnswer Console::Stream(const Session& session) {
  HttpAnswer answer = JsonAnswer(200, "");
  answer.content_type = "text/event-stream";
  answer.stream = [this, session, version = int64_t{-1}, sample_us = int64_t{0},
                   trials = TrialsSeen(), ticks = 0]() mutable -> std::optional<std::string> {
    if (++ticks % kTicksBetweenSessionChecks == 0 && !sessions_.Lives(session, clock_.WallUs())) {
      return std::nullopt;
    }
    std::string text;
    if (const int64_t now = service_.version(); now != version) {
      version = now;
      text += fmt::format("event: region\ndata: {}\n\n", now);
    }
    if (const auto sample = sampler_.Latest(); sample && sample->time_us != sample_us) {
      sample_us = sample->time_us;
      text += fmt::format("event: figures\ndata: {}\n\n", ToJson(*sample));
    }
    text += TrialNews(trials_.Look(), trials);
    return text;
  };
  return answer;
}

HttpAnswer Console::Figures() const {
  std::string body = "[";
  for (const auto& sample : sampler_.Since(0)) {
    if (body.size() > 1) body += ",";
    body += ToJson(*sample);
  }
  return JsonAnswer(200, body + "]");
}

}  // namespace borealis::control

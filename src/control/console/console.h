// Console: the routes of a browser: bundle, sign-in, actions for who has signed in, streams. Used
// by the web server's thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "control/agents/places.h"
#include "control/console/assets.h"
#include "control/console/sessions.h"
#include "control/metrics/sampler.h"
#include "control/service.h"
#include "control/trial/trials.h"
#include "control/watch/log_watch.h"

namespace borealis::control {

inline constexpr size_t kKeyNameBytesMax = 128;

class Console {
 public:
  // `assets`: empty without a bundle: then pages are missing, the rest is there. Borrows the
  // others.
  Console(Service& service, Sessions& sessions, const Sampler& sampler, Trials& trials,
          LogWatch& log_watch, const Clock& clock, Places places, std::string region,
          std::optional<Assets> assets)
      : service_(service),
        sessions_(sessions),
        sampler_(sampler),
        trials_(trials),
        log_watch_(log_watch),
        clock_(clock),
        places_(std::move(places)),
        region_(std::move(region)),
        assets_(std::move(assets)) {}

  // What is not a request of AWS's API: those are a POST to "/".
  static bool Owns(const HttpRequest& request);
  HttpAnswer Handle(const HttpRequest& request);

 private:
  HttpAnswer Metrics(const HttpRequest& request);
  HttpAnswer Page(std::string_view path, const HttpRequest& request) const;
  HttpAnswer Route(std::string_view path, const HttpRequest& request);
  HttpAnswer SignIn(const HttpRequest& request);
  HttpAnswer WithSession(std::string_view path, const HttpRequest& request, const Session& session);
  HttpAnswer Act(const std::string& service, const HttpRequest& request, const Session& session);
  HttpAnswer Stream(const Session& session);
  HttpAnswer StartTrial(const HttpRequest& request);
  HttpAnswer StopTrial(const HttpRequest& request);
  HttpAnswer ListKeys();
  HttpAnswer MakeKey(const HttpRequest& request);
  HttpAnswer RemoveKey(const HttpRequest& request);
  HttpAnswer Figures() const;
  HttpAnswer Log(const std::string& query);
  HttpAnswer Authority(const std::string& cluster) const;

  Service& service_;
  Sessions& sessions_;
  const Sampler& sampler_;
  Trials& trials_;
  LogWatch& log_watch_;
  const Clock& clock_;
  const Places places_;
  const std::string region_;
  const std::optional<Assets> assets_;
};

}  // namespace borealis::control

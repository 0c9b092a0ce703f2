// Samples in Prometheus's text format (version 0.0.4). Pure.
#pragma once

#include <string>

#include "control/metrics/sample.h"
#include "control/model/region.h"

namespace borealis::control {

inline constexpr char kPrometheusType[] = "text/plain; version=0.0.4; charset=utf-8";

// `sample`: the newest. What it does not know is absent, so that a server that is down has gaps
// and not zeros.
std::string RenderMetrics(const Region& region, const Sample& sample);

}  // namespace borealis::control

#include "plugin/plugin_state.h"

#include <chrono>

namespace borealis::plugin {

PluginState held;

int64_t NowMs() {
  using std::chrono::duration_cast;
  return duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace borealis::plugin

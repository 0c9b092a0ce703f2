// ProviderLink: the plugin's way to the provider of its own process (faults/control.h). The server
// loads the two apart, the plugin first; so the provider is looked for when it is needed, and kept.
// Thread-safe.
#pragma once

#include <atomic>
#include <string>

#include "faults/control.h"

namespace borealis::plugin {

class ProviderLink {
 public:
  // Null: none is loaded yet, or it is another's. `library`: the server's wsrep_provider.
  const faults::Control* Find(const std::string& library);
  // The same once it was found; null before.
  const faults::Control* found() const { return control_.load(std::memory_order_acquire); }
  // Why Find() gave nothing, for the user.
  static constexpr char kMissing[] =
      "this server has no provider that fits this plugin (wsrep_provider): both must be of one "
      "release of Borealis";

 private:
  std::atomic<const faults::Control*> control_{nullptr};
};

}  // namespace borealis::plugin

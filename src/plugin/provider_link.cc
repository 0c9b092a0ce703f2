#include "plugin/provider_link.h"

#include <dlfcn.h>

namespace borealis::plugin {

const faults::Control* ProviderLink::Find(const std::string& library) {
  if (const faults::Control* control = found()) return control;
  if (library.empty() || library == "none") return nullptr;
  // Only what the server has loaded. The handle is kept: the table must stay.
  void* handle = dlopen(library.c_str(), RTLD_NOW | RTLD_NOLOAD);
  if (handle == nullptr) return nullptr;
  const auto get = reinterpret_cast<faults::ControlFunction>(dlsym(handle, faults::kControlSymbol));
  const faults::Control* control = get == nullptr ? nullptr : get();
  if (control == nullptr || control->version != faults::kControlVersion) {
    dlclose(handle);
    return nullptr;
  }
  control_.store(control, std::memory_order_release);
  return control;
}

}  // namespace borealis::plugin

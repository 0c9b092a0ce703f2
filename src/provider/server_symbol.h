// What the server exports, found by its name at run time: a function, a lock, a variable. Null
// where no server is around (in a unit test), or one that has no such thing.
#pragma once

#include <dlfcn.h>

namespace borealis::provider {

template <typename T>
T* ServerSymbol(const char* name) {
  return reinterpret_cast<T*>(dlsym(RTLD_DEFAULT, name));
}

}  // namespace borealis::provider

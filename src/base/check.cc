#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace borealis {

void CheckFailed(const char* file, int line, const char* condition,
                 const std::string& message) noexcept {
  std::fprintf(stderr, "borealis: CHECK failed at %s:%d: %s%s%s\n", file, line, condition,
               message.empty() ? "" : ": ", message.c_str());
  std::fflush(stderr);
  std::abort();
}

}  // namespace borealis

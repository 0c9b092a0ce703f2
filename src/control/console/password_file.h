// The console's one-time password: a file of mode 0600 in the daemon's directory, which holds it
// until somebody signs in with it. Adapter over files.
#pragma once

#include <cstdint>
#include <string>

#include "base/status.h"

namespace borealis::control {

// Lower-case hex digits in groups of five, "0a1b2-...": 100 bits.
Result<std::string> MakeConsolePassword(const std::string& path);

// Whether `password` is the file's, no older than kPasswordUsMax; if it is, the file is gone. Kept
// when it is not.
inline constexpr int64_t kPasswordUsMax = 24LL * 3600 * 1'000'000;
bool TakeConsolePassword(const std::string& path, const std::string& password, int64_t now_us);

}  // namespace borealis::control

// Access keys: made, and written where AWS's clients read them. The master key.
#pragma once

#include <string>

#include "control/api/authenticate.h"
#include "control/store/store.h"

namespace borealis::control {

// A new key of random text, "BRLS..." and a secret of 40 characters, that the store knows.
Result<AccessKey> MakeKey(Store& store, std::string name, bool read_only, int64_t now_us);

// An INI file of mode 0600 with a profile [default].
Status WriteCredentials(const std::string& path, const AccessKey& key);

// The master key of encrypted volumes is the one that the environment names, or one of our own in
// `path`, which is made when it is missing and named in the environment for what this process
// starts. It belongs to the account that servers run as. REQUIRES: no other thread was started yet.
Status ProvideMasterKey(const std::string& path);

// Lower-case hex digits from the kernel's random source.
std::string RandomHex(size_t digits);

}  // namespace borealis::control

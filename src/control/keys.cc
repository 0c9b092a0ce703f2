#include "control/keys.h"

#include <fmt/core.h>
#include <openssl/rand.h>

#include <vector>

#include "base/check.h"
#include "control/api/parameters.h"
#include "snapshot/files.h"

namespace borealis::control {

std::string RandomHex(size_t digits) {
  std::vector<unsigned char> bytes((digits + 1) / 2);
  CHECK(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1);
  std::string text;
  for (const unsigned char byte : bytes) text += fmt::format("{:02x}", byte);
  text.resize(digits);
  return text;
}

Result<AccessKey> MakeKey(Store& store, std::string name, bool read_only, int64_t now_us) {
  AccessKey key{"BRLS" + ToUpper(RandomHex(16)), RandomHex(40), std::move(name), read_only, now_us};
  RETURN_IF_ERROR(store.AddKey(key));
  return key;
}

Status WriteCredentials(const std::string& path, const AccessKey& key) {
  const std::string text = fmt::format(
      "[default]\naws_access_key_id = {}\naws_secret_access_key = {}\n", key.id, key.secret);
  return snapshot::WriteFileAtomically(path, AsBytes(text), snapshot::Durability::kDurable);
}

}  // namespace borealis::control

#include "control/keys.h"

#include <fmt/core.h>
#include <openssl/rand.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "base/check.h"
#include "control/api/parameters.h"
#include "encryption/key_source.h"
#include "node/account.h"
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

Status ProvideMasterKey(const std::string& path) {
  if (encryption::KeySource::FromEnvironment().given()) return Status::Ok();
  // NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread is started
  setenv(encryption::kKeyFileVariable, path.c_str(), 1);
  if (snapshot::PathExists(path)) return Status::Ok();
  // It has its name when it is its owner's, so that a half-made one is never used.
  const std::string unfinished = path + ".new";
  RETURN_IF_ERROR(snapshot::WriteFileAtomically(unfinished, AsBytes(RandomHex(64) + "\n"),
                                                snapshot::Durability::kDurable));
  ASSIGN_OR_RETURN(const node::Account owner, node::ChooseOwner(""));
  if (chown(unfinished.c_str(), owner.uid, owner.gid) != 0 ||
      rename(unfinished.c_str(), path.c_str()) != 0) {
    return snapshot::ErrnoStatus(errno, "make", path);
  }
  return snapshot::SyncDirectory(std::filesystem::path(path).parent_path().string());
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

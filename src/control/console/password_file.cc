#include "control/console/password_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include "control/api/signature.h"
#include "control/keys.h"
#include "snapshot/files.h"

namespace borealis::control {
namespace {

constexpr size_t kDigits = 25;
constexpr size_t kGroup = 5;
constexpr size_t kFileBytesMax = 256;

}  // namespace

Result<std::string> MakeConsolePassword(const std::string& path) {
  std::string password = RandomHex(kDigits);
  for (size_t at = kDigits - kGroup; at > 0; at -= kGroup) password.insert(at, "-");
  RETURN_IF_ERROR(snapshot::WriteFileAtomically(path, AsBytes(password + "\n"),
                                                snapshot::Durability::kDurable));
  return password;
}

bool TakeConsolePassword(const std::string& path, const std::string& password, int64_t now_us) {
  struct stat file {};
  if (stat(path.c_str(), &file) != 0) return false;
  const int64_t made_us = int64_t{file.st_mtim.tv_sec} * 1'000'000;
  const auto kept = snapshot::ReadTextFile(path, kFileBytesMax);
  if (!kept.ok() || now_us > made_us + kPasswordUsMax) return false;
  return EqualInConstantTime(*kept, password + "\n") && unlink(path.c_str()) == 0;
}

}  // namespace borealis::control

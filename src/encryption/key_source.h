// KeySource: where the master key of a volume is had from: a file, or a command that prints it (to
// ask a key management service). It stands in the environment of a process, so that whatever it
// starts finds it too, and a key itself stands nowhere but in memory.
//
//   BOREALIS_KEY_FILE=FILE          or      BOREALIS_KEY_COMMAND=COMMAND (for /bin/sh -c)
//
// The key is what the file or the output holds, without white space at its end: 32 to 4096 bytes of
// any kind, which must not be guessable (`openssl rand -hex 32`). Adapter: files and processes.
#pragma once

#include <string>

#include "base/status.h"
#include "encryption/cipher.h"

namespace borealis::encryption {

inline constexpr char kKeyFileVariable[] = "BOREALIS_KEY_FILE";
inline constexpr char kKeyCommandVariable[] = "BOREALIS_KEY_COMMAND";
inline constexpr size_t kMasterBytesMin = 32;
inline constexpr size_t kMasterBytesMax = 4096;
inline constexpr int kKeyCommandTimeoutMs = 30'000;

struct KeySource {
  std::string file;
  std::string command;
  bool given() const { return !file.empty() || !command.empty(); }
  static KeySource FromEnvironment();
  // For messages: "key file /etc/borealis/key", "the key command". A command is not shown: it may
  // hold a password.
  std::string Describe() const;
};

// What wraps data keys. The fingerprint tells keys apart and nothing about them.
struct MasterKey {
  Secret key;
  uint64_t fingerprint = 0;
};
// REQUIRES: not empty.
MasterKey MasterKeyOf(ByteView material);
std::string FormatFingerprint(uint64_t fingerprint);

// kInvalidArgument: none or two are named, the file can be read by everyone, or the key is too
// short or too long. kNotFound, kIo, kTimeout, kUnavailable: it can't be had (now).
Result<MasterKey> FetchMasterKey(const KeySource& source, int timeout_ms = kKeyCommandTimeoutMs);

}  // namespace borealis::encryption

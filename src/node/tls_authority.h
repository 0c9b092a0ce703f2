// The cluster's authority for TLS as the volume keeps it. Register "tls":
//
//   tls  = "BLTL" version:u32 data_key:u32 certificate:text key:blob hash:u64
//   hash = XXH3-64(all before, kTlsSeed); text, blob = length:u32 bytes; the certificate is PEM
//
// `data_key` is 0 and `key` is PEM in a volume that is not encrypted: it lies where the rows lie
// and belongs to the same account. In an encrypted one `key` is that PEM as a box
// (encryption/cipher.h) under the volume's data key of that number; its associated data are the
// volume's uuid.
#pragma once

#include <string>

#include "base/status.h"
#include "base/uuid.h"
#include "encryption/key_ring.h"
#include "node/certificate.h"

namespace borealis::node {

inline constexpr char kTlsRegister[] = "tls";
inline constexpr uint64_t kTlsSeed = 0x746c73;

struct StoredAuthority {
  uint32_t data_key = 0;
  std::string certificate;
  Bytes key;
  bool operator==(const StoredAuthority&) const = default;
};

Bytes EncodeAuthority(const StoredAuthority& authority);
// kCorruption, kUnsupported.
Result<StoredAuthority> DecodeAuthority(ByteView bytes);

// `keys`: the volume's; null: it is not encrypted.
StoredAuthority SealAuthority(const KeyPair& authority, const Uuid& volume,
                              encryption::KeyRing* keys);
// kInvalidArgument: sealed, and there are no keys. kCorruption: not what was sealed.
Result<KeyPair> OpenAuthority(const StoredAuthority& stored, const Uuid& volume,
                              encryption::KeyRing* keys);

}  // namespace borealis::node

// The cluster's authority for TLS as the volume keeps it. Register "tls":
//
//   tls       = "BLTL" version:u32 authority [change] hash:u64
//   authority = data_key:u32 certificate:text key:blob
//   change    = former:text next:authority    version 2, while the authority is being replaced
//   hash      = XXH3-64(all before, kTlsSeed); text, blob = length:u32 bytes; certificates are PEM
//
// `data_key` is 0 and `key` is PEM in a volume that is not encrypted: it lies where the rows lie
// and belongs to the same account. In an encrypted one `key` is that PEM as a box
// (encryption/cipher.h) under the volume's data key of that number; its associated data are the
// volume's uuid.
//
// An authority is replaced in three steps, so that no client that trusts both ever meets a third:
//
//   begin   `next` is made: clients and nodes trust both; the old one signs
//   switch  it signs; the old one is `former`, its key is forgotten
//   finish  it alone is trusted
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

struct AuthorityState {
  StoredAuthority signer;
  std::string former = {};    // a certificate that is trusted still; empty: none
  StoredAuthority next = {};  // without certificate: none
  bool operator==(const AuthorityState&) const = default;
  bool changing() const { return !former.empty() || !next.certificate.empty(); }
  // Certificates that clients should trust: the signer's first.
  std::string Trusted() const { return signer.certificate + next.certificate + former; }
};

enum class AuthorityStep { kBegin, kSwitch, kFinish, kAbandon };
// `next`: for kBegin. kInvalidArgument: not the time for this step; it says which one is.
Result<AuthorityState> TakeStep(AuthorityState state, AuthorityStep step, StoredAuthority next);

Bytes EncodeAuthority(const AuthorityState& state);
// kCorruption, kUnsupported.
Result<AuthorityState> DecodeAuthority(ByteView bytes);

// `keys`: the volume's; null: it is not encrypted.
StoredAuthority SealAuthority(const KeyPair& authority, const Uuid& volume,
                              encryption::KeyRing* keys);
// kInvalidArgument: sealed, and there are no keys. kCorruption: not what was sealed.
Result<KeyPair> OpenAuthority(const StoredAuthority& stored, const Uuid& volume,
                              encryption::KeyRing* keys);

}  // namespace borealis::node

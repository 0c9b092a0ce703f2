// X.509 certificates for TLS: an authority per cluster, a certificate per node. Over OpenSSL; no
// I/O; a clock is given. Keys are ECDSA P-256. PEM text in and out.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/status.h"

namespace borealis::node {

struct KeyPair {
  std::string certificate;  // PEM
  std::string key;          // PEM, PKCS #8, not encrypted
};

inline constexpr int kAuthorityDays = 3650;
inline constexpr int kCertificateDays = 825;  // what clients of today accept
inline constexpr int kRenewDays = 90;         // before its end a new one is made
inline constexpr size_t kTlsNamesMax = 64;

// `name`: the authority's common name, up to 64 bytes.
Result<KeyPair> MakeAuthority(const std::string& name, int64_t now_us);

// For a server that is reached by `names`: host names and IP addresses, all of them as alternative
// names; the first is the common name. kInvalidArgument: none, too many, or one that is no name.
Result<KeyPair> MakeCertificate(const KeyPair& authority, const std::vector<std::string>& names,
                                int64_t now_us);

// Whether it can be an alternative name: a host name or an IP address.
bool IsTlsName(const std::string& name);

struct CertificateFacts {
  std::vector<std::string> names;  // alternative names, sorted
  int64_t ends_us = 0;
};
// kCorruption: no certificate, one that none of these authorities signed, or a key that is
// another's.
Result<CertificateFacts> CheckCertificate(const std::string& authorities, const KeyPair& pair);

// Whether what is there does: signed by the authority, for these names, and not about to end.
bool IsCurrent(const std::string& authority, const KeyPair& pair,
               const std::vector<std::string>& names, int64_t now_us);

}  // namespace borealis::node

// TLS of a node: the cluster's authority in the volume, the node's certificate in its directory.
// Adapter; certificate.h decides and makes.
//
//   DATA/<name>/tls/         mode 0700
//     ca.pem                 the authority's certificate: what clients verify with; two while it is
//                            being replaced
//     cert.pem, key.pem      the node's
//     lock                   held by who writes these
//
// The authority's key is in the volume alone (tls_authority.h): every agent can reach it there, on
// whatever medium, and no node has a copy.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "node/certificate.h"
#include "node/server_command.h"
#include "node/tls_authority.h"
#include "storage/backend.h"

namespace borealis::node {

struct Authority {
  KeyPair signer;
  std::string trusted;  // certificates, one behind the other: two while it is being replaced
};

// The cluster's authority. kNotFound: none was made yet. Its key, in an encrypted volume, takes the
// volume's master key (OpenVolumeKeys).
Result<Authority> ReadAuthority(storage::Backend& volume);
Result<std::string> ReadTrustedCertificates(storage::Backend& volume);
// Makes it where there is none; of several that do so at once one wins. REQUIRES: attached.
Status ProvideAuthority(storage::Backend& volume, const Clock& clock);
// One step of replacing it (tls_authority.h), durable at once. REQUIRES: attached.
Status StepAuthority(storage::Backend& volume, AuthorityStep step, const Clock& clock);

// What the node is reached by: its name, its address, the machine's host name if it is one that a
// certificate can have, and `more`.
std::vector<std::string> TlsNames(const ServerConfig& server, const std::vector<std::string>& more);

// Writes a certificate for `names` into the node's directory, unless a current one is there.
// `anew`: in any case. Returns when it ends. An agent that starts and a command may do so at once:
// they take turns, and each reads the authority within its turn, so the last one's is the newest.
Result<int64_t> ProvideCertificate(storage::Backend& volume, const NodeLayout& layout,
                                   const std::vector<std::string>& names, bool anew,
                                   const Clock& clock);
// The names of the one that is there, and when it ends.
Result<CertificateFacts> LookAtCertificate(const NodeLayout& layout);

}  // namespace borealis::node

#include "node/tls.h"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "log/identity.h"
#include "node/tls_authority.h"
#include "node/volume.h"
#include "snapshot/files.h"

namespace borealis::node {
namespace {

constexpr size_t kPemBytesMax = 64 << 10;
constexpr int kAttemptsMax = 10;
constexpr size_t kHostNameBytesMax = 256;

Result<StoredAuthority> ReadStored(storage::Backend& volume) {
  ASSIGN_OR_RETURN(const storage::RegisterValue found, volume.ReadRegister(kTlsRegister));
  if (found.version == 0) {
    return Status(Code::kNotFound,
                  "the cluster has no authority for TLS yet: its first node makes it");
  }
  return DecodeAuthority(found.value);
}

Result<std::string> ReadPem(const std::string& path) {
  return snapshot::ReadTextFile(path, kPemBytesMax);
}

Result<KeyPair> ReadPair(const NodeLayout& layout) {
  KeyPair pair;
  ASSIGN_OR_RETURN(pair.certificate, ReadPem(layout.tls_certificate()));
  ASSIGN_OR_RETURN(pair.key, ReadPem(layout.tls_key()));
  return pair;
}

Status WriteText(const std::string& path, const std::string& text) {
  return snapshot::WriteFileAtomically(path, AsBytes(text), snapshot::Durability::kDurable);
}

}  // namespace

Result<std::string> ReadAuthorityCertificate(storage::Backend& volume) {
  ASSIGN_OR_RETURN(StoredAuthority stored, ReadStored(volume));
  return std::move(stored.certificate);
}

Result<KeyPair> ReadAuthority(storage::Backend& volume) {
  ASSIGN_OR_RETURN(const StoredAuthority stored, ReadStored(volume));
  ASSIGN_OR_RETURN(const log::Identity identity, log::ReadIdentity(volume));
  ASSIGN_OR_RETURN(const auto keys, OpenVolumeKeys(volume));
  return OpenAuthority(stored, identity.volume, keys.get());
}

Result<KeyPair> ProvideAuthority(storage::Backend& volume, const Clock& clock) {
  ASSIGN_OR_RETURN(const log::Identity identity, log::ReadIdentity(volume));
  ASSIGN_OR_RETURN(const auto keys, OpenVolumeKeys(volume));
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    auto found = ReadAuthority(volume);
    if (found.ok() || found.status().code() != Code::kNotFound) return found;
    ASSIGN_OR_RETURN(const KeyPair made,
                     MakeAuthority("Borealis " + identity.volume.ToString(), clock.WallUs()));
    const auto swapped = volume.SwapRegister(
        kTlsRegister, 0, EncodeAuthority(SealAuthority(made, identity.volume, keys.get())));
    const Code code = swapped.status().code();
    if (!swapped.ok() && code != Code::kConflict && code != Code::kUnknown) return swapped.status();
  }
  return Status(Code::kUnavailable, "the cluster's authority for TLS could not be made; try again");
}

std::vector<std::string> TlsNames(const ServerConfig& server,
                                  const std::vector<std::string>& more) {
  std::vector<std::string> names = {server.name, server.address};
  std::array<char, kHostNameBytesMax> host{};
  if (gethostname(host.data(), host.size() - 1) == 0 && IsTlsName(host.data())) {
    names.emplace_back(host.data());
  }
  names.insert(names.end(), more.begin(), more.end());
  std::vector<std::string> distinct;
  for (const std::string& name : names) {
    if (std::find(distinct.begin(), distinct.end(), name) == distinct.end()) {
      distinct.push_back(name);
    }
  }
  return distinct;
}

Result<int64_t> ProvideCertificate(const KeyPair& authority, const NodeLayout& layout,
                                   const std::vector<std::string>& names, bool anew,
                                   const Clock& clock) {
  RETURN_IF_ERROR(snapshot::MakeDirectory(layout.tls()));
  RETURN_IF_ERROR(WriteText(layout.tls_authority(), authority.certificate));
  auto pair = ReadPair(layout);
  const int64_t now_us = clock.WallUs();
  if (anew || !pair.ok() || !IsCurrent(authority.certificate, *pair, names, now_us)) {
    pair = MakeCertificate(authority, names, now_us);
    RETURN_IF_ERROR(pair.status());
    // A server that reads the two in between refuses them and keeps what it has.
    RETURN_IF_ERROR(WriteText(layout.tls_key(), pair->key));
    RETURN_IF_ERROR(WriteText(layout.tls_certificate(), pair->certificate));
  }
  ASSIGN_OR_RETURN(const CertificateFacts facts, CheckCertificate(authority.certificate, *pair));
  return facts.ends_us;
}

Result<CertificateFacts> LookAtCertificate(const NodeLayout& layout) {
  ASSIGN_OR_RETURN(const std::string authority, ReadPem(layout.tls_authority()));
  ASSIGN_OR_RETURN(const KeyPair pair, ReadPair(layout));
  return CheckCertificate(authority, pair);
}

}  // namespace borealis::node

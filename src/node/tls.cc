#include "node/tls.h"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>

#include "log/identity.h"
#include "node/volume.h"
#include "snapshot/files.h"

namespace borealis::node {
namespace {

constexpr size_t kPemBytesMax = 64 << 10;
constexpr int kAttemptsMax = 10;
constexpr int64_t kUsPerS = 1'000'000;
constexpr size_t kHostNameBytesMax = 256;

struct FoundState {
  AuthorityState state;
  uint64_t version = 0;
};

Result<FoundState> ReadState(storage::Backend& volume) {
  ASSIGN_OR_RETURN(const storage::RegisterValue found, volume.ReadRegister(kTlsRegister));
  if (found.version == 0) {
    return Status(Code::kNotFound,
                  "the cluster has no authority for TLS yet: its first node makes it");
  }
  ASSIGN_OR_RETURN(AuthorityState state, DecodeAuthority(found.value));
  return FoundState{std::move(state), found.version};
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

// Held until it is closed.
Result<snapshot::UniqueFd> TakeTurn(const NodeLayout& layout) {
  return snapshot::LockFile(layout.tls() + "/lock", snapshot::LockMode::kWait);
}

// Both at once, but for the moment between two renames: a server that reads them then refuses them
// and keeps what it has, or is started again.
Status WritePair(const NodeLayout& layout, const KeyPair& pair) {
  const std::string paths[] = {layout.tls_key(), layout.tls_certificate()};
  const std::string* texts[] = {&pair.key, &pair.certificate};
  for (size_t i = 0; i < std::size(paths); ++i) {
    RETURN_IF_ERROR(WriteText(paths[i] + ".new", *texts[i]));
  }
  for (const std::string& path : paths) {
    if (rename((path + ".new").c_str(), path.c_str()) != 0) {
      return snapshot::ErrnoStatus(errno, "rename", path);
    }
  }
  return Status::Ok();
}

// Two of one cluster have different names, or a client could try the wrong one's key.
Result<StoredAuthority> MakeSealed(storage::Backend& volume, bool first, const Clock& clock) {
  ASSIGN_OR_RETURN(const log::Identity identity, log::ReadIdentity(volume));
  ASSIGN_OR_RETURN(const auto keys, OpenVolumeKeys(volume));
  const int64_t now_us = clock.WallUs();
  std::string name = "Borealis " + identity.volume.ToString();
  if (!first) name += fmt::format(" {}", now_us / kUsPerS);
  ASSIGN_OR_RETURN(const KeyPair made, MakeAuthority(name, now_us));
  return SealAuthority(made, identity.volume, keys.get());
}

}  // namespace

Result<std::string> ReadTrustedCertificates(storage::Backend& volume) {
  ASSIGN_OR_RETURN(const FoundState found, ReadState(volume));
  return found.state.Trusted();
}

Result<Authority> ReadAuthority(storage::Backend& volume) {
  ASSIGN_OR_RETURN(const FoundState found, ReadState(volume));
  ASSIGN_OR_RETURN(const log::Identity identity, log::ReadIdentity(volume));
  ASSIGN_OR_RETURN(const auto keys, OpenVolumeKeys(volume));
  ASSIGN_OR_RETURN(KeyPair signer, OpenAuthority(found.state.signer, identity.volume, keys.get()));
  return Authority{std::move(signer), found.state.Trusted()};
}

Status ProvideAuthority(storage::Backend& volume, const Clock& clock) {
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    const auto found = ReadState(volume);
    if (found.ok() || found.status().code() != Code::kNotFound) return found.status();
    ASSIGN_OR_RETURN(StoredAuthority made, MakeSealed(volume, true, clock));
    const auto swapped =
        volume.SwapRegister(kTlsRegister, 0, EncodeAuthority({.signer = std::move(made)}));
    const Code code = swapped.status().code();
    if (!swapped.ok() && code != Code::kConflict && code != Code::kUnknown) return swapped.status();
  }
  return {Code::kUnavailable, "the cluster's authority for TLS could not be made; try again"};
}

Status StepAuthority(storage::Backend& volume, AuthorityStep step, const Clock& clock) {
  ASSIGN_OR_RETURN(FoundState found, ReadState(volume));
  StoredAuthority next;
  if (step == AuthorityStep::kBegin) {
    ASSIGN_OR_RETURN(next, MakeSealed(volume, false, clock));
  }
  ASSIGN_OR_RETURN(const AuthorityState state,
                   TakeStep(std::move(found.state), step, std::move(next)));
  return volume.SwapRegister(kTlsRegister, found.version, EncodeAuthority(state)).status();
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

Result<int64_t> ProvideCertificate(storage::Backend& volume, const NodeLayout& layout,
                                   const std::vector<std::string>& names, bool anew,
                                   const Clock& clock) {
  RETURN_IF_ERROR(snapshot::MakeDirectory(layout.tls()));
  ASSIGN_OR_RETURN(const snapshot::UniqueFd turn, TakeTurn(layout));
  ASSIGN_OR_RETURN(const Authority authority, ReadAuthority(volume));
  const std::string& signer = authority.signer.certificate;
  RETURN_IF_ERROR(WriteText(layout.tls_authority(), authority.trusted));
  auto pair = ReadPair(layout);
  const int64_t now_us = clock.WallUs();
  if (anew || !pair.ok() || !IsCurrent(signer, *pair, names, now_us)) {
    pair = MakeCertificate(authority.signer, names, now_us);
    RETURN_IF_ERROR(pair.status());
    RETURN_IF_ERROR(WritePair(layout, *pair));
  }
  ASSIGN_OR_RETURN(const CertificateFacts facts, CheckCertificate(signer, *pair));
  return facts.ends_us;
}

Result<CertificateFacts> LookAtCertificate(const NodeLayout& layout) {
  ASSIGN_OR_RETURN(const std::string authority, ReadPem(layout.tls_authority()));
  ASSIGN_OR_RETURN(const KeyPair pair, ReadPair(layout));
  return CheckCertificate(authority, pair);
}

}  // namespace borealis::node

// Manifest: what a snapshot is. A snapshot exists if and only if its manifest does; it is written
// last.
//
//   manifest = magic version:u32 payload hash:u64
//   magic    = "BRLSNAP1"                                  8 bytes
//   payload  = length:u32, then
//              volume:16 bytes  seqno:i64  position(segment:u64 offset:u64 index:u32)
//              view:blob  certifier_digest:u64  certifier:blob  server_version:text
//              created_us:i64  files:u64  content_bytes:u64  stream_bytes:u64  stream_hash:u64
//              data_key:u32                                  version 2 only
//   hash     = XXH3-64(all before it, kManifestSeed);  blob, text = length:u32 bytes
//
// Version 2 is written for an encrypted volume, and for no other: certifier and the data blob are
// sealed (sealed_stream.h) under the data key of that number; certifier_digest is of the state in
// the clear.
//
// Little-endian; nothing may follow. Blobs of a volume: "snapshot.<seqno, 20 digits>.data" holds
// the zstd stream of an archive (archive.h), "snapshot.<seqno, 20 digits>.manifest" this.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/status.h"
#include "base/uuid.h"
#include "model/ids.h"
#include "model/view.h"

namespace borealis::snapshot {

struct Manifest {
  Uuid volume;
  // The tree holds the effects of exactly the records up to here.
  Seqno seqno = Seqno::Zero();
  // Where the record after `seqno` is looked for.
  Position position;
  View view;  // as of seqno
  // Certifier::StateDigest and Certifier::Save as of seqno; 0 and empty: the state before the first
  // record (snapshot 0).
  uint64_t certifier_digest = 0;
  Bytes certifier;             // sealed where data_key is not 0: OpenState gives it
  uint32_t data_key = 0;       // 0: nothing is encrypted
  std::string server_version;  // of the server that wrote the tree, as `mariadbd --version` says it
  int64_t created_us = 0;      // wall clock
  uint64_t files = 0;
  uint64_t content_bytes = 0;  // sum of file sizes
  uint64_t stream_bytes = 0;   // size of the data blob
  uint64_t stream_hash = 0;    // Hash64(data blob, 0)
  bool operator==(const Manifest&) const = default;
};

inline constexpr uint32_t kManifestVersion = 2;
inline constexpr uint64_t kManifestSeed = 0x6d616e6966657374;
inline constexpr size_t kManifestBytesMax = 1ull << 30;

Bytes EncodeManifest(const Manifest& manifest);
// kCorruption; kUnsupported when a newer release wrote it.
Result<Manifest> DecodeManifest(ByteView bytes);

std::string ManifestBlobName(Seqno seqno);
std::string DataBlobName(Seqno seqno);
// The seqno of a manifest's blob name; nullopt for other names.
std::optional<Seqno> ParseManifestBlobName(std::string_view name);

}  // namespace borealis::snapshot

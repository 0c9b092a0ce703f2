#include "snapshot/manifest.h"

#include <fmt/core.h>

#include <charconv>
#include <cstring>

#include "base/codec.h"
#include "snapshot/envelope.h"

namespace borealis::snapshot {
namespace {

constexpr EnvelopeFormat kFormat = {"BRLSNAP1", kManifestVersion, kManifestSeed, "manifest",
                                    "snapshot"};
constexpr EnvelopeFormat kPlainFormat = {"BRLSNAP1", 1, kManifestSeed, "manifest", "snapshot"};
constexpr size_t kSeqnoDigits = 20;
constexpr std::string_view kPrefix = "snapshot.";
constexpr std::string_view kManifestSuffix = ".manifest";

Bytes EncodePayload(const Manifest& m) {
  Bytes payload;
  Encoder encoder(payload);
  encoder.Raw(std::as_bytes(std::span(m.volume.bytes)));
  encoder.Int(m.seqno.value);
  encoder.Int(m.position.segment.value);
  encoder.Int(m.position.offset);
  encoder.Int(m.position.index);
  encoder.Blob(EncodeView(m.view));
  encoder.Int(m.certifier_digest);
  encoder.Blob(m.certifier);
  encoder.Text(m.server_version);
  encoder.Int(m.created_us);
  encoder.Int(m.files);
  encoder.Int(m.content_bytes);
  encoder.Int(m.stream_bytes);
  encoder.Int(m.stream_hash);
  if (m.data_key != 0) encoder.Int(m.data_key);
  return payload;
}

Result<Manifest> DecodePayload(ByteView payload, uint32_t version) {
  const Status damaged(Code::kCorruption, "damaged manifest: fields");
  Decoder decoder(payload);
  Manifest m;
  const ByteView volume = decoder.Raw(m.volume.bytes.size());
  m.seqno.value = decoder.Int<int64_t>();
  m.position.segment.value = decoder.Int<uint64_t>();
  m.position.offset = decoder.Int<uint64_t>();
  m.position.index = decoder.Int<uint32_t>();
  const ByteView view = decoder.Blob();
  m.certifier_digest = decoder.Int<uint64_t>();
  const ByteView certifier = decoder.Blob();
  m.server_version = decoder.Text();
  m.created_us = decoder.Int<int64_t>();
  m.files = decoder.Int<uint64_t>();
  m.content_bytes = decoder.Int<uint64_t>();
  m.stream_bytes = decoder.Int<uint64_t>();
  m.stream_hash = decoder.Int<uint64_t>();
  if (version > 1) m.data_key = decoder.Int<uint32_t>();
  if (!decoder.done() || (version > 1 && m.data_key == 0) || !m.seqno.IsDefined()) return damaged;
  std::memcpy(m.volume.bytes.data(), volume.data(), volume.size());
  m.certifier.assign(certifier.begin(), certifier.end());
  auto decoded = DecodeView(view);
  if (!decoded.ok()) return decoded.status().WithContext("damaged manifest");
  m.view = std::move(decoded).value();
  return m;
}

}  // namespace

Bytes EncodeManifest(const Manifest& manifest) {
  return Wrap(manifest.data_key == 0 ? kPlainFormat : kFormat, EncodePayload(manifest));
}

Result<Manifest> DecodeManifest(ByteView bytes) {
  ASSIGN_OR_RETURN(const Unwrapped unwrapped, Unwrap(kFormat, bytes));
  return DecodePayload(unwrapped.payload, unwrapped.version);
}

std::string ManifestBlobName(Seqno seqno) {
  return fmt::format("{}{:020}{}", kPrefix, seqno.value, kManifestSuffix);
}

std::string DataBlobName(Seqno seqno) { return fmt::format("{}{:020}.data", kPrefix, seqno.value); }

std::optional<Seqno> ParseManifestBlobName(std::string_view name) {
  if (name.size() != kPrefix.size() + kSeqnoDigits + kManifestSuffix.size()) return std::nullopt;
  if (!name.starts_with(kPrefix) || !name.ends_with(kManifestSuffix)) return std::nullopt;
  const std::string_view digits = name.substr(kPrefix.size(), kSeqnoDigits);
  int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size() || value < 0) {
    return std::nullopt;
  }
  return Seqno{value};
}

}  // namespace borealis::snapshot

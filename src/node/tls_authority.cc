#include "node/tls_authority.h"

#include "base/codec.h"
#include "encryption/cipher.h"

namespace borealis::node {
namespace {

constexpr uint32_t kMagic = 0x4c544c42;  // "BLTL"
constexpr uint32_t kVersion = 1;
constexpr std::string_view kPurpose = "authority for TLS";

}  // namespace

Bytes EncodeAuthority(const StoredAuthority& authority) {
  Bytes bytes;
  Encoder encoder(bytes);
  encoder.Int(kMagic);
  encoder.Int(kVersion);
  encoder.Int(authority.data_key);
  encoder.Text(authority.certificate);
  encoder.Blob(authority.key);
  encoder.Int(Hash64(bytes, kTlsSeed));
  return bytes;
}

Result<StoredAuthority> DecodeAuthority(ByteView bytes) {
  const Status damaged(Code::kCorruption, "register \"tls\" is damaged");
  Decoder decoder(bytes);
  if (decoder.Int<uint32_t>() != kMagic) return damaged;
  const auto version = decoder.Int<uint32_t>();
  if (decoder.ok() && version > kVersion) {
    return Status(Code::kUnsupported, "register \"tls\" is of a newer release: upgrade");
  }
  StoredAuthority authority;
  authority.data_key = decoder.Int<uint32_t>();
  authority.certificate = decoder.Text();
  const ByteView key = decoder.Blob();
  authority.key.assign(key.begin(), key.end());
  const size_t hashed = bytes.size() - decoder.remaining();
  const auto hash = decoder.Int<uint64_t>();
  if (!decoder.done() || version == 0 || hash != Hash64(bytes.first(hashed), kTlsSeed)) {
    return damaged;
  }
  return authority;
}

StoredAuthority SealAuthority(const KeyPair& authority, const Uuid& volume,
                              encryption::KeyRing* keys) {
  const ByteView key = AsBytes(authority.key);
  if (keys == nullptr) return {0, authority.certificate, Bytes(key.begin(), key.end())};
  const encryption::DataKey data_key = keys->Newest();
  return {data_key.number, authority.certificate,
          encryption::SealBox(data_key.key, kPurpose, AsBytes(volume.ToString()), key)};
}

Result<KeyPair> OpenAuthority(const StoredAuthority& stored, const Uuid& volume,
                              encryption::KeyRing* keys) {
  if (stored.data_key == 0) return KeyPair{stored.certificate, std::string(AsText(stored.key))};
  if (keys == nullptr) {
    return Status(Code::kInvalidArgument,
                  "the key of the authority for TLS is encrypted, and the volume is not");
  }
  ASSIGN_OR_RETURN(const encryption::Secret data_key, keys->Find(stored.data_key));
  ASSIGN_OR_RETURN(const Bytes key,
                   encryption::OpenBox(data_key, kPurpose, AsBytes(volume.ToString()), stored.key));
  return KeyPair{stored.certificate, std::string(AsText(key))};
}

}  // namespace borealis::node

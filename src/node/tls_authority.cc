#include "node/tls_authority.h"

#include "base/codec.h"
#include "encryption/cipher.h"
#include "storage/register_format.h"

namespace borealis::node {
namespace {

constexpr storage::RegisterFormat kTlsFormat = {.name = kTlsRegister,
                                                .magic = 0x4c544c42,  // "BLTL"
                                                .seed = kTlsSeed};
constexpr std::string_view kPurpose = "authority for TLS";

}  // namespace

Bytes EncodeAuthority(const StoredAuthority& authority) {
  Bytes body;
  Encoder encoder(body);
  encoder.Int(authority.data_key);
  encoder.Text(authority.certificate);
  encoder.Blob(authority.key);
  return storage::FrameRegister(kTlsFormat, body);
}

Result<StoredAuthority> DecodeAuthority(ByteView bytes) {
  ASSIGN_OR_RETURN(const ByteView body, storage::RegisterBody(kTlsFormat, bytes));
  Decoder decoder(body);
  StoredAuthority authority;
  authority.data_key = decoder.Int<uint32_t>();
  authority.certificate = decoder.Text();
  const ByteView key = decoder.Blob();
  authority.key.assign(key.begin(), key.end());
  if (!decoder.done()) return kTlsFormat.Damaged();
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

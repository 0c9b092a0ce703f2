#include "node/tls_authority.h"

#include "base/codec.h"
#include "encryption/cipher.h"
#include "storage/register_format.h"

namespace borealis::node {
namespace {

// Version 1 is written where nothing changes: servers of before read it.
constexpr storage::RegisterFormat kTlsFormat = {.name = kTlsRegister,
                                                .magic = 0x4c544c42,  // "BLTL"
                                                .version = 2,
                                                .seed = kTlsSeed};
constexpr uint32_t kQuietVersion = 1;
constexpr std::string_view kPurpose = "authority for TLS";

void Write(Encoder& encoder, const StoredAuthority& authority) {
  encoder.Int(authority.data_key);
  encoder.Text(authority.certificate);
  encoder.Blob(authority.key);
}

StoredAuthority Read(Decoder& decoder) {
  StoredAuthority authority;
  authority.data_key = decoder.Int<uint32_t>();
  authority.certificate = decoder.Text();
  const ByteView key = decoder.Blob();
  authority.key.assign(key.begin(), key.end());
  return authority;
}

Status Wrong(const char* what) { return {Code::kInvalidArgument, what}; }

}  // namespace

Bytes EncodeAuthority(const AuthorityState& state) {
  Bytes body;
  Encoder encoder(body);
  Write(encoder, state.signer);
  if (!state.changing()) return storage::FrameRegister(kTlsFormat, body, kQuietVersion);
  encoder.Text(state.former);
  Write(encoder, state.next);
  return storage::FrameRegister(kTlsFormat, body);
}

Result<AuthorityState> DecodeAuthority(ByteView bytes) {
  ASSIGN_OR_RETURN(const storage::RegisterContent content,
                   storage::OpenRegister(kTlsFormat, bytes));
  Decoder decoder(content.body);
  AuthorityState state;
  state.signer = Read(decoder);
  if (content.version > kQuietVersion) {
    state.former = decoder.Text();
    state.next = Read(decoder);
    if (!state.changing()) return kTlsFormat.Damaged();
  }
  if (!decoder.done()) return kTlsFormat.Damaged();
  return state;
}

Result<AuthorityState> TakeStep(AuthorityState state, AuthorityStep step, StoredAuthority next) {
  const bool begun = !state.next.certificate.empty();
  const bool switched = !state.former.empty();
  switch (step) {
    case AuthorityStep::kBegin:
      if (begun) return Wrong("a new authority is made already: go on with --switch, or --abandon");
      if (switched) {
        return Wrong("the last one is not finished: give clients the new one, --finish");
      }
      state.next = std::move(next);
      return state;
    case AuthorityStep::kSwitch:
      if (switched) return Wrong("the new authority signs already: go on with --finish");
      if (!begun) return Wrong("there is no new authority: begin with no option");
      state.former = std::move(state.signer.certificate);
      state.signer = std::move(state.next);
      state.next = {};
      return state;
    case AuthorityStep::kFinish:
      if (begun) return Wrong("the new authority does not sign yet: go on with --switch");
      if (!switched) return Wrong("no authority is being replaced: begin with no option");
      state.former.clear();
      return state;
    case AuthorityStep::kAbandon:
      if (!begun) return Wrong("there is no new authority that does not sign yet");
      state.next = {};
      return state;
  }
  return Status(Code::kInternal, "no such step");
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

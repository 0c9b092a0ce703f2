#include "encryption/cipher.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <climits>
#include <cstring>

#include "base/check.h"

namespace borealis::encryption {
namespace {

const unsigned char* In(ByteView bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* Out(std::span<std::byte> bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

// Fetched once: a fetch costs more than a small message.
const EVP_CIPHER* Aes256Gcm() {
  static EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  CHECK(cipher != nullptr, "OpenSSL has no AES-256-GCM");
  return cipher;
}
EVP_MAC* Hmac() {
  static EVP_MAC* const mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  CHECK(mac != nullptr, "OpenSSL has no HMAC");
  return mac;
}
EVP_KDF* Hkdf() {
  static EVP_KDF* const kdf = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
  CHECK(kdf != nullptr, "OpenSSL has no HKDF");
  return kdf;
}

OSSL_PARAM TextParam(const char* name, const char* value) {
  return OSSL_PARAM_construct_utf8_string(name, const_cast<char*>(value), 0);
}
OSSL_PARAM BytesParam(const char* name, ByteView value) {
  return OSSL_PARAM_construct_octet_string(name, const_cast<std::byte*>(value.data()),
                                           value.size());
}

}  // namespace

Secret::~Secret() { Wipe(bytes_); }

Secret Secret::Random() {
  Secret secret;
  FillRandom(secret.bytes_);
  return secret;
}

Secret Secret::Of(ByteView bytes) {
  CHECK(bytes.size() == kKeyBytes);
  Secret secret;
  std::copy(bytes.begin(), bytes.end(), secret.bytes_.begin());
  return secret;
}

Secret Derive(ByteView material, ByteView salt, std::string_view purpose) {
  const std::unique_ptr<EVP_KDF_CTX, decltype(&EVP_KDF_CTX_free)> context(EVP_KDF_CTX_new(Hkdf()),
                                                                          &EVP_KDF_CTX_free);
  CHECK(context != nullptr);
  // What no salt means, which OpenSSL 3.0 does not take.
  constexpr std::array<std::byte, 32> kNoSalt{};
  if (salt.empty()) salt = kNoSalt;
  const OSSL_PARAM params[] = {
      TextParam(OSSL_KDF_PARAM_DIGEST, "SHA256"), BytesParam(OSSL_KDF_PARAM_KEY, material),
      BytesParam(OSSL_KDF_PARAM_SALT, salt), BytesParam(OSSL_KDF_PARAM_INFO, AsBytes(purpose)),
      OSSL_PARAM_construct_end()};
  Secret secret;
  CHECK(EVP_KDF_derive(context.get(), Out(secret.bytes_), kKeyBytes, params) == 1);
  return secret;
}

void FillRandom(std::span<std::byte> out) {
  CHECK(RAND_bytes(Out(out), static_cast<int>(out.size())) == 1, "OpenSSL gives no random bytes");
}

void Wipe(std::span<std::byte> bytes) { OPENSSL_cleanse(bytes.data(), bytes.size()); }

Nonce NonceOf(uint64_t counter) {
  Nonce nonce{};
  std::memcpy(nonce.data(), &counter, sizeof(counter));
  return nonce;
}

struct Gcm::Context {
  std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> evp{EVP_CIPHER_CTX_new(),
                                                                      &EVP_CIPHER_CTX_free};
  void Update(ByteView in, unsigned char* out) {
    while (!in.empty()) {
      const ByteView part = in.first(std::min<size_t>(in.size(), INT_MAX / 2));
      int written = 0;
      CHECK(EVP_CipherUpdate(evp.get(), out, &written, In(part), static_cast<int>(part.size())) ==
            1);
      in = in.subspan(part.size());
      if (out != nullptr) out += part.size();
    }
  }
};

Gcm::Gcm(Mode mode, const Secret& key, const Nonce& nonce) : context_(std::make_unique<Context>()) {
  CHECK(context_->evp != nullptr);
  CHECK(EVP_CipherInit_ex2(context_->evp.get(), Aes256Gcm(), In(key.bytes()), In(nonce),
                           mode == Mode::kSeal ? 1 : 0, nullptr) == 1);
}
Gcm::~Gcm() = default;

void Gcm::AddData(ByteView bytes) { context_->Update(bytes, nullptr); }

void Gcm::Run(ByteView in, std::span<std::byte> out) {
  CHECK(in.size() == out.size());
  context_->Update(in, Out(out));
}

Tag Gcm::Seal() {
  unsigned char nothing[kTagBytes];
  int written = 0;
  CHECK(EVP_CipherFinal_ex(context_->evp.get(), nothing, &written) == 1 && written == 0);
  Tag tag;
  CHECK(EVP_CIPHER_CTX_ctrl(context_->evp.get(), EVP_CTRL_AEAD_GET_TAG, kTagBytes, tag.data()) ==
        1);
  return tag;
}

bool Gcm::Open(const Tag& tag) {
  Tag expected = tag;
  CHECK(EVP_CIPHER_CTX_ctrl(context_->evp.get(), EVP_CTRL_AEAD_SET_TAG, kTagBytes,
                            expected.data()) == 1);
  unsigned char nothing[kTagBytes];
  int written = 0;
  return EVP_CipherFinal_ex(context_->evp.get(), nothing, &written) == 1;
}

struct Mac::Context {
  std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)> keyed{EVP_MAC_CTX_new(Hmac()),
                                                                  &EVP_MAC_CTX_free};
};

Mac::Mac(const Secret& key) : context_(std::make_unique<Context>()) {
  CHECK(context_->keyed != nullptr);
  const OSSL_PARAM params[] = {TextParam(OSSL_MAC_PARAM_DIGEST, "SHA256"),
                               OSSL_PARAM_construct_end()};
  CHECK(EVP_MAC_init(context_->keyed.get(), In(key.bytes()), kKeyBytes, params) == 1);
}
Mac::~Mac() = default;

uint64_t Mac::Of(std::initializer_list<ByteView> parts) const {
  const std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)> context(
      EVP_MAC_CTX_dup(context_->keyed.get()), &EVP_MAC_CTX_free);
  CHECK(context != nullptr);
  for (const ByteView part : parts) {
    CHECK(EVP_MAC_update(context.get(), In(part), part.size()) == 1);
  }
  std::array<std::byte, EVP_MAX_MD_SIZE> full;
  size_t length = 0;
  CHECK(EVP_MAC_final(context.get(), Out(full), &length, full.size()) == 1);
  uint64_t cut = 0;
  std::memcpy(&cut, full.data(), sizeof(cut));
  return cut;
}

Session::Session(const Secret& data_key, std::string_view purpose) {
  FillRandom(salt_);
  key_ = Derive(data_key, salt_, purpose);
}

uint64_t Session::NextCounter() {
  const uint64_t next = counter_.fetch_add(1) + 1;
  CHECK(next != 0, "a session's counter ran out");
  return next;
}

Bytes SealBox(const Secret& data_key, std::string_view purpose, ByteView data, ByteView plain) {
  const Session session(data_key, purpose);
  Bytes box(kBoxBytes + plain.size());
  std::copy(session.salt().begin(), session.salt().end(), box.begin());
  Gcm gcm(Gcm::Mode::kSeal, session.key(), NonceOf(0));
  gcm.AddData(data);
  gcm.Run(plain, std::span(box).subspan(kBoxBytes));
  const Tag tag = gcm.Seal();
  std::copy(tag.begin(), tag.end(), box.begin() + kSaltBytes);
  return box;
}

Result<Bytes> OpenBox(const Secret& data_key, std::string_view purpose, ByteView data,
                      ByteView box) {
  const Status wrong(Code::kCorruption, "sealed bytes are not what was written under this key");
  if (box.size() < kBoxBytes) return wrong;
  const Secret key = Derive(data_key, box.first(kSaltBytes), purpose);
  Tag tag;
  std::copy_n(box.begin() + kSaltBytes, kTagBytes, tag.begin());
  const ByteView sealed = box.subspan(kBoxBytes);
  Bytes plain(sealed.size());
  Gcm gcm(Gcm::Mode::kOpen, key, NonceOf(0));
  gcm.AddData(data);
  gcm.Run(sealed, plain);
  if (!gcm.Open(tag)) return wrong;
  return plain;
}

}  // namespace borealis::encryption

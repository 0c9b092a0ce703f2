// The cryptography that volumes are encrypted with, over OpenSSL's EVP: AES-256-GCM, HKDF and HMAC
// with SHA-256. Nothing here knows what is encrypted.
//
//   Gcm       one message under (key, nonce). Two messages under the same pair give both away:
//             a nonce is a counter under a key that one writer drew for itself (Session).
//   Session   a key derived from a data key and a random salt of 128 bits, and the counter of the
//             messages sealed under it. So a nonce repeats only if two sessions draw the same salt.
//   Box       a small value sealed as one message: salt(16) tag(16) ciphertext, under the key that
//             the data key and its own salt give. Its associated data say what it is.
//
// What OpenSSL refuses here is a broken installation or no memory: it CHECKs.
// Value types are thread-compatible; Session is thread-safe.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <string_view>

#include "base/bytes.h"
#include "base/status.h"

namespace borealis::encryption {

inline constexpr size_t kKeyBytes = 32;
inline constexpr size_t kSaltBytes = 16;
inline constexpr size_t kNonceBytes = 12;
inline constexpr size_t kTagBytes = 16;
inline constexpr size_t kBoxBytes = kSaltBytes + kTagBytes;  // that a box adds

using Salt = std::array<std::byte, kSaltBytes>;
using Nonce = std::array<std::byte, kNonceBytes>;
using Tag = std::array<std::byte, kTagBytes>;

// A key. Wiped when it goes; never printed, never compared but by fingerprint.
class Secret {
 public:
  Secret() = default;
  Secret(const Secret&) = default;
  Secret& operator=(const Secret&) = default;
  ~Secret();
  static Secret Random();
  // REQUIRES: kKeyBytes bytes.
  static Secret Of(ByteView bytes);
  ByteView bytes() const { return bytes_; }

 private:
  friend Secret Derive(ByteView material, ByteView salt, std::string_view purpose);
  std::array<std::byte, kKeyBytes> bytes_{};
};

// HKDF-SHA256 (RFC 5869). Another purpose gives another key that tells nothing about this one.
Secret Derive(ByteView material, ByteView salt, std::string_view purpose);
inline Secret Derive(const Secret& key, ByteView salt, std::string_view purpose) {
  return Derive(key.bytes(), salt, purpose);
}

// From OpenSSL's generator, which the kernel seeds.
void FillRandom(std::span<std::byte> out);
// Overwrites what held a key.
void Wipe(std::span<std::byte> bytes);

// The counter in the first eight bytes, then zeros.
Nonce NonceOf(uint64_t counter);

// One message. Call order: AddData*, Run*, then Seal or Open.
class Gcm {
 public:
  enum class Mode { kSeal, kOpen };
  Gcm(Mode mode, const Secret& key, const Nonce& nonce);
  ~Gcm();
  Gcm(const Gcm&) = delete;
  Gcm& operator=(const Gcm&) = delete;
  void AddData(ByteView bytes);
  // `out` as long as `in`; may be the same memory.
  void Run(ByteView in, std::span<std::byte> out);
  Tag Seal();
  // False: the bytes, the associated data or the key are not those of the seal. Nothing that Run
  // gave may be used then.
  bool Open(const Tag& tag);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

// HMAC-SHA256 under one key, cut to 64 bits. Thread-safe.
class Mac {
 public:
  explicit Mac(const Secret& key);
  ~Mac();
  Mac(const Mac&) = delete;
  Mac& operator=(const Mac&) = delete;
  uint64_t Of(std::initializer_list<ByteView> parts) const;

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

class Session {
 public:
  // A fresh one.
  Session(const Secret& data_key, std::string_view purpose);
  const Secret& key() const { return key_; }
  const Salt& salt() const { return salt_; }
  // Never the same twice.
  uint64_t NextCounter();

 private:
  Salt salt_;
  Secret key_;
  std::atomic<uint64_t> counter_{0};
};

Bytes SealBox(const Secret& data_key, std::string_view purpose, ByteView data, ByteView plain);
// kCorruption: not what was sealed so.
Result<Bytes> OpenBox(const Secret& data_key, std::string_view purpose, ByteView data,
                      ByteView box);

}  // namespace borealis::encryption

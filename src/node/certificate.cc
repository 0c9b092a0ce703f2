#include "node/certificate.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <memory>

namespace borealis::node {
namespace {

constexpr int kSerialBytes = 16;
constexpr size_t kNameBytesMax = 253;
constexpr size_t kCommonNameBytesMax = 64;
constexpr int64_t kUsPerS = 1'000'000;
constexpr int64_t kSPerDay = 86'400;
constexpr int64_t kBackdateS = 3'600;  // clocks of clients differ

template <auto function>
struct Free {
  template <typename T>
  void operator()(T* object) const {
    function(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Bio = std::unique_ptr<BIO, Free<BIO_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, Free<GENERAL_NAMES_free>>;
using Number = std::unique_ptr<BIGNUM, Free<BN_free>>;

Status Failed(const char* what) {
  return {Code::kInternal, fmt::format("OpenSSL could not {}", what)};
}

std::string Text(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return size > 0 ? std::string(data, static_cast<size_t>(size)) : std::string();
}

Bio Reader(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Certificate ReadCertificate(const std::string& pem) {
  return Certificate(PEM_read_bio_X509(Reader(pem).get(), nullptr, nullptr, nullptr));
}

// A key is never encrypted: no password is asked for.
Key ReadKey(const std::string& pem) {
  const auto no_password = [](char*, int, int, void*) { return -1; };
  return Key(PEM_read_bio_PrivateKey(Reader(pem).get(), nullptr, no_password, nullptr));
}

Result<KeyPair> ToPem(X509* certificate, EVP_PKEY* key) {
  const Bio certificate_bio(BIO_new(BIO_s_mem()));
  const Bio key_bio(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_X509(certificate_bio.get(), certificate) != 1 ||
      PEM_write_bio_PrivateKey(key_bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return Failed("write a certificate");
  }
  return KeyPair{Text(certificate_bio.get()), Text(key_bio.get())};
}

Status AddExtension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  if (!extension || X509_add_ext(certificate, extension.get(), -1) != 1) {
    return Failed("extend a certificate");
  }
  return Status::Ok();
}

// Without issuer and signature.
Result<Certificate> Draft(const std::string& common_name, EVP_PKEY* key, int days, int64_t now_us) {
  Certificate certificate(X509_new());
  std::array<unsigned char, kSerialBytes> bytes{};
  if (!certificate || RAND_bytes(bytes.data(), kSerialBytes) != 1) return Failed("draw a number");
  bytes[0] &= 0x7f;  // a serial number is positive
  const Number serial(BN_bin2bn(bytes.data(), kSerialBytes, nullptr));
  X509* const x = certificate.get();
  time_t from_s = now_us / kUsPerS - kBackdateS;
  time_t until_s = now_us / kUsPerS + days * kSPerDay;
  X509_NAME* const subject = X509_get_subject_name(x);
  const bool good =
      X509_set_version(x, X509_VERSION_3) == 1 &&
      BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(x)) != nullptr &&
      ASN1_TIME_set(X509_getm_notBefore(x), from_s) != nullptr &&
      ASN1_TIME_set(X509_getm_notAfter(x), until_s) != nullptr && X509_set_pubkey(x, key) == 1 &&
      X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                                 reinterpret_cast<const unsigned char*>(common_name.c_str()), -1,
                                 -1, 0) == 1;
  if (!good) return Failed("fill in a certificate");
  return certificate;
}

bool IsAddress(const std::string& name) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return inet_pton(AF_INET, name.c_str(), bytes.data()) == 1 ||
         inet_pton(AF_INET6, name.c_str(), bytes.data()) == 1;
}

// The text goes into a line of OpenSSL's configuration language: nothing but a name may be in it.
bool IsHostName(const std::string& name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == '*';
  };
  return !name.empty() && name.size() <= kNameBytesMax &&
         std::all_of(name.begin(), name.end(), allowed);
}

Result<std::string> AlternativeNames(const std::vector<std::string>& names) {
  if (names.empty() || names.size() > kTlsNamesMax) {
    return Status(Code::kInvalidArgument,
                  fmt::format("a certificate has 1 to {} names", kTlsNamesMax));
  }
  std::string text;
  for (const std::string& name : names) {
    if (!IsTlsName(name)) {
      return Status(Code::kInvalidArgument,
                    fmt::format("\"{}\" is neither a host name nor an IP address", name));
    }
    text += fmt::format("{}{}:{}", text.empty() ? "" : ",", IsAddress(name) ? "IP" : "DNS", name);
  }
  return text;
}

Status Sign(X509* certificate, X509* issuer, EVP_PKEY* key) {
  if (X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1 &&
      X509_sign(certificate, key, EVP_sha256()) > 0) {
    return Status::Ok();
  }
  return Failed("sign a certificate");
}

bool IsSignedByOneOf(const std::string& authorities, X509* certificate) {
  const Bio reader = Reader(authorities);
  while (const Certificate issuer{PEM_read_bio_X509(reader.get(), nullptr, nullptr, nullptr)}) {
    if (X509_verify(certificate, X509_get0_pubkey(issuer.get())) == 1) return true;
  }
  return false;
}

std::string NameText(const GENERAL_NAME* name) {
  int kind = 0;
  const void* value = GENERAL_NAME_get0_value(name, &kind);
  const auto* text = static_cast<const ASN1_STRING*>(value);
  if (kind != GEN_DNS && kind != GEN_IPADD) return "";
  const unsigned char* bytes = ASN1_STRING_get0_data(text);
  const auto size = static_cast<size_t>(ASN1_STRING_length(text));
  if (kind == GEN_DNS) return {reinterpret_cast<const char*>(bytes), size};
  std::array<char, INET6_ADDRSTRLEN> shown{};
  const int family = size == sizeof(in_addr) ? AF_INET : AF_INET6;
  if (size != sizeof(in_addr) && size != sizeof(in6_addr)) return "";
  return inet_ntop(family, bytes, shown.data(), shown.size()) == nullptr ? "" : shown.data();
}

std::vector<std::string> NamesOf(const X509* certificate) {
  const Names found(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::vector<std::string> names;
  for (int i = 0; found && i < sk_GENERAL_NAME_num(found.get()); ++i) {
    names.push_back(NameText(sk_GENERAL_NAME_value(found.get(), i)));
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

bool IsTlsName(const std::string& name) { return IsAddress(name) || IsHostName(name); }

Result<KeyPair> MakeAuthority(const std::string& name, int64_t now_us) {
  const Key key(EVP_EC_gen("P-256"));
  if (!key) return Failed("make a key");
  ASSIGN_OR_RETURN(const Certificate certificate, Draft(name, key.get(), kAuthorityDays, now_us));
  X509* const x = certificate.get();
  RETURN_IF_ERROR(AddExtension(x, x, NID_basic_constraints, "critical,CA:TRUE,pathlen:0"));
  RETURN_IF_ERROR(AddExtension(x, x, NID_key_usage, "critical,keyCertSign,cRLSign"));
  RETURN_IF_ERROR(AddExtension(x, x, NID_subject_key_identifier, "hash"));
  RETURN_IF_ERROR(Sign(x, x, key.get()));
  return ToPem(x, key.get());
}

Result<KeyPair> MakeCertificate(const KeyPair& authority, const std::vector<std::string>& names,
                                int64_t now_us) {
  const Certificate issuer = ReadCertificate(authority.certificate);
  const Key issuer_key = ReadKey(authority.key);
  if (!issuer || !issuer_key) {
    return Status(Code::kCorruption, "the cluster's certificate authority can't be read");
  }
  ASSIGN_OR_RETURN(const std::string alternatives, AlternativeNames(names));
  const Key key(EVP_EC_gen("P-256"));
  if (!key) return Failed("make a key");
  ASSIGN_OR_RETURN(
      const Certificate certificate,
      Draft(names.front().substr(0, kCommonNameBytesMax), key.get(), kCertificateDays, now_us));
  X509* const x = certificate.get();
  RETURN_IF_ERROR(AddExtension(x, issuer.get(), NID_basic_constraints, "critical,CA:FALSE"));
  RETURN_IF_ERROR(AddExtension(x, issuer.get(), NID_key_usage, "critical,digitalSignature"));
  RETURN_IF_ERROR(AddExtension(x, issuer.get(), NID_ext_key_usage, "serverAuth"));
  RETURN_IF_ERROR(AddExtension(x, issuer.get(), NID_authority_key_identifier, "keyid"));
  RETURN_IF_ERROR(AddExtension(x, issuer.get(), NID_subject_alt_name, alternatives));
  RETURN_IF_ERROR(Sign(x, issuer.get(), issuer_key.get()));
  return ToPem(x, key.get());
}

Result<CertificateFacts> CheckCertificate(const std::string& authorities, const KeyPair& pair) {
  const Certificate certificate = ReadCertificate(pair.certificate);
  const Key key = ReadKey(pair.key);
  if (!certificate || !key) {
    return Status(Code::kCorruption, "a certificate or its key can't be read");
  }
  if (!IsSignedByOneOf(authorities, certificate.get()) ||
      X509_check_private_key(certificate.get(), key.get()) != 1) {
    return Status(Code::kCorruption,
                  "the certificate is not of this authority, or not of this key");
  }
  CertificateFacts facts;
  facts.names = NamesOf(certificate.get());
  tm end{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &end) != 1) {
    return Status(Code::kCorruption, "the certificate does not say when it ends");
  }
  facts.ends_us = timegm(&end) * kUsPerS;
  return facts;
}

bool IsCurrent(const std::string& authority, const KeyPair& pair,
               const std::vector<std::string>& names, int64_t now_us) {
  const auto facts = CheckCertificate(authority, pair);
  std::vector<std::string> sorted = names;
  std::sort(sorted.begin(), sorted.end());
  return facts.ok() && facts->names == sorted &&
         facts->ends_us - now_us > kRenewDays * kSPerDay * kUsPerS;
}

}  // namespace borealis::node

// Encoder and Decoder: fixed-width little-endian integers and length-prefixed byte strings.
//
// Decoder is the only way bytes from outside become values: every read is bounds-checked, the first
// failure sticks, later reads return zero values, and the caller asks ok() once before it trusts
// anything. A length prefix never makes it allocate more than what is left in the input.
#pragma once

#include <bit>
#include <cstring>
#include <string>
#include <type_traits>

#include "base/bytes.h"
#include "base/check.h"

namespace borealis {

// The integer at `at`. REQUIRES: it lies within.
template <typename T>
T IntAt(ByteView bytes, size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof(T));
  return value;
}

class Encoder {
 public:
  // Appends to `out`, which outlives the encoder.
  explicit Encoder(Bytes& out) : out_(out) {}

  template <typename T>
  void Int(T value) {
    static_assert(std::is_integral_v<T> || std::is_enum_v<T>);
    const size_t at = out_.size();
    out_.resize(at + sizeof(T));
    std::memcpy(out_.data() + at, &value, sizeof(T));
  }
  // Not insert(): g++ 12 sees array bounds violated in it when it inlines small sizes.
  void Raw(ByteView bytes) {
    const size_t at = out_.size();
    out_.resize(at + bytes.size());
    if (!bytes.empty()) std::memcpy(out_.data() + at, bytes.data(), bytes.size());
  }
  // u32 length, then the bytes. REQUIRES: bytes.size() < 4 GiB.
  void Blob(ByteView bytes) {
    CHECK(bytes.size() <= UINT32_MAX);
    Int(static_cast<uint32_t>(bytes.size()));
    Raw(bytes);
  }
  void Text(std::string_view text) { Blob(AsBytes(text)); }
  size_t size() const { return out_.size(); }

 private:
  Bytes& out_;
};

class Decoder {
 public:
  explicit Decoder(ByteView in) : in_(in) {}

  template <typename T>
  T Int() {
    static_assert(std::is_integral_v<T> || std::is_enum_v<T>);
    T value{};
    const ByteView bytes = Raw(sizeof(T));
    if (ok_) std::memcpy(&value, bytes.data(), sizeof(T));
    return value;
  }
  // A view into the input; empty after a failure.
  ByteView Raw(size_t length) {
    if (!ok_ || length > in_.size()) {
      ok_ = false;
      return {};
    }
    const ByteView bytes = in_.first(length);
    in_ = in_.subspan(length);
    return bytes;
  }
  ByteView Blob() { return Raw(Int<uint32_t>()); }
  std::string Text() { return std::string(AsText(Blob())); }
  // A count of items that take at least `bytes_each` bytes: fails when they cannot be there.
  template <typename T>
  T Count(size_t bytes_each) {
    const T count = Int<T>();
    if (bytes_each == 0 || static_cast<size_t>(count) > in_.size() / bytes_each) {
      ok_ = false;
      return 0;
    }
    return count;
  }

  bool ok() const { return ok_; }
  // For callers that find a value out of range.
  void Fail() { ok_ = false; }
  bool done() const { return ok_ && in_.empty(); }
  size_t remaining() const { return in_.size(); }

 private:
  ByteView in_;
  bool ok_ = true;
};

static_assert(std::endian::native == std::endian::little, "formats are little-endian");

}  // namespace borealis

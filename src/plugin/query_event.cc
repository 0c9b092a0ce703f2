#include "plugin/query_event.h"

#include <cstddef>
#include <cstdint>

namespace borealis::plugin {
namespace {

constexpr size_t kHeaderBytes = 19;
constexpr size_t kTypeAt = 4;
constexpr size_t kSizeAt = 9;
constexpr size_t kFixedBytes = 13;  // of the body
constexpr size_t kDatabaseLengthAt = 8;
constexpr size_t kStatusLengthAt = 11;
constexpr char kQueryType = 2;

uint32_t Number(std::string_view bytes, size_t at, size_t size) {
  uint32_t number = 0;
  for (size_t i = size; i > 0; --i) {
    number = number << 8 | static_cast<unsigned char>(bytes[at + i - 1]);
  }
  return number;
}

}  // namespace

std::optional<std::string_view> DefaultDatabase(std::string_view events) {
  while (events.size() >= kHeaderBytes) {
    const size_t size = Number(events, kSizeAt, 4);
    if (size < kHeaderBytes || size > events.size()) return std::nullopt;
    if (events[kTypeAt] != kQueryType) {
      events.remove_prefix(size);
      continue;
    }
    const std::string_view body = events.substr(kHeaderBytes, size - kHeaderBytes);
    if (body.size() < kFixedBytes) return std::nullopt;
    const size_t length = Number(body, kDatabaseLengthAt, 1);
    const size_t at = kFixedBytes + Number(body, kStatusLengthAt, 2);
    if (at + length >= body.size() || body[at + length] != 0) return std::nullopt;
    return body.substr(at, length);
  }
  return std::nullopt;
}

}  // namespace borealis::plugin

#include "storage/names.h"

#include <algorithm>

#include "storage/backend.h"

namespace borealis::storage {
namespace {

bool Allowed(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

// Names come from outside: a message must not carry their control characters or their length.
std::string Printable(std::string_view name) {
  std::string out;
  for (const char c : name.substr(0, kBlobNameBytesMax)) {
    out += c >= ' ' && c <= '~' ? c : '?';
  }
  return out;
}

Status CheckName(std::string_view what, std::string_view name, size_t bytes_max) {
  if (name.empty() || name.size() > bytes_max || !std::all_of(name.begin(), name.end(), Allowed)) {
    return {Code::kInvalidArgument,
            fmt::format("{} name \"{}\" is not allowed: use 1 to {} of a-z, 0-9, '.', '_', '-'",
                        what, Printable(name), bytes_max)};
  }
  return {};
}

Status CheckSize(std::string_view what, std::string_view name, ByteView value, size_t bytes_max) {
  if (value.size() > bytes_max) {
    return {Code::kInvalidArgument, fmt::format("{} \"{}\": value of {} bytes, at most {} fit",
                                                what, name, value.size(), bytes_max)};
  }
  return {};
}

}  // namespace

Status CheckRegisterName(std::string_view name) {
  return CheckName("register", name, kRegisterNameBytesMax);
}

Status CheckBlobName(std::string_view name) { return CheckName("blob", name, kBlobNameBytesMax); }

Status CheckRegisterValue(std::string_view name, ByteView value) {
  return CheckSize("register", name, value, Backend::kRegisterBytesMax);
}

Status CheckHintValue(std::string_view name, ByteView value) {
  return CheckSize("hint", name, value, kHintBytesMax);
}

}  // namespace borealis::storage

#include "control/api/form.h"

#include <fmt/core.h>

#include <cstdint>
#include <optional>

namespace borealis::control {
namespace {

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> Unescape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = HexValue(text[i + 1]);
      const int low = HexValue(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  if (out.find('\0') != std::string::npos || !IsUtf8(out)) return std::nullopt;
  return out;
}

// Bytes that follow the first of a sequence; -1: none may begin so.
int Followers(uint8_t first) {
  if (first < 0x80) return 0;
  if (first >= 0xc2 && first <= 0xdf) return 1;
  if ((first & 0xf0) == 0xe0) return 2;
  return first >= 0xf0 && first <= 0xf4 ? 3 : -1;
}

}  // namespace

bool IsUtf8(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const auto first = static_cast<uint8_t>(text[i]);
    const int followers = Followers(first);
    if (followers < 0 || i + static_cast<size_t>(followers) >= text.size()) return false;
    uint32_t code = followers == 0 ? first : first & (0x3f >> followers);
    for (int n = 0; n < followers; ++n) {
      const auto next = static_cast<uint8_t>(text[++i]);
      if ((next & 0xc0) != 0x80) return false;
      code = code << 6 | (next & 0x3f);
    }
    const bool overlong = (followers == 2 && code < 0x800) || (followers == 3 && code < 0x10000);
    if (overlong || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return false;
  }
  return true;
}

Result<Form> DecodeForm(std::string_view body) {
  const auto refuse = [](std::string why) {
    return Status(Code::kInvalidArgument, std::move(why));
  };
  if (body.size() > kFormBytesMax) {
    return refuse(fmt::format("the body has more than {} bytes", kFormBytesMax));
  }
  Form form;
  while (!body.empty()) {
    const std::string_view field = body.substr(0, body.find('&'));
    body.remove_prefix(std::min(field.size() + 1, body.size()));
    if (field.empty()) continue;
    const size_t equals = std::min(field.find('='), field.size());
    const auto name = Unescape(field.substr(0, equals));
    const auto value = Unescape(field.substr(std::min(equals + 1, field.size())));
    if (!name || !value) return refuse("a field is not valid percent-encoded UTF-8");
    if (name->empty() || name->size() > kFieldNameBytesMax) {
      return refuse(fmt::format("a field's name must have 1 to {} bytes", kFieldNameBytesMax));
    }
    if (form.size() >= kFormFieldsMax) {
      return refuse(fmt::format("the body has more than {} fields", kFormFieldsMax));
    }
    if (!form.emplace(*name, *value).second) return refuse("a field comes twice");
  }
  return form;
}

std::string PercentEncode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<uint8_t>(c));
    }
  }
  return out;
}

std::string EncodeForm(const Form& form) {
  std::string body;
  for (const auto& [name, value] : form) {
    if (!body.empty()) body += '&';
    body.append(PercentEncode(name)).append("=").append(PercentEncode(value));
  }
  return body;
}

std::string FieldOf(const Form& form, std::string_view name) {
  const auto found = form.find(name);
  return found == form.end() ? std::string() : found->second;
}

}  // namespace borealis::control

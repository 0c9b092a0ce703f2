#include "node/layout.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

namespace borealis::node {

Status CheckNodeName(std::string_view name) {
  const auto letter_or_digit = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  };
  const bool good = !name.empty() && name.size() <= kNodeNameBytesMax &&
                    letter_or_digit(name.front()) &&
                    std::all_of(name.begin(), name.end(),
                                [&](char c) { return letter_or_digit(c) || c == '-' || c == '_'; });
  if (good) return Status::Ok();
  return {Code::kInvalidArgument,
          fmt::format("node name \"{}\": give 1 to {} of a-z, 0-9, '-' and '_', a letter or digit "
                      "first",
                      name, kNodeNameBytesMax)};
}

Result<NodeLayout> MakeNodeLayout(const std::string& data, const std::string& name) {
  RETURN_IF_ERROR(CheckNodeName(name));
  NodeLayout layout{AbsolutePath(data) + "/" + name};
  if (layout.socket().size() + 1 > kSocketPathBytesMax) {
    return Status(
        Code::kInvalidArgument,
        fmt::format("the socket path {} has {} bytes, the kernel takes {}: give a shorter "
                    "--data directory",
                    layout.socket(), layout.socket().size(), kSocketPathBytesMax - 1));
  }
  return layout;
}

std::string AbsolutePath(const std::string& path) {
  std::string text = std::filesystem::absolute(path).lexically_normal().string();
  while (text.size() > 1 && text.back() == '/') text.pop_back();
  return text;
}

std::string DefaultDataDirectory(const std::string& volume) {
  return AbsolutePath(volume) + ".nodes";
}

}  // namespace borealis::node

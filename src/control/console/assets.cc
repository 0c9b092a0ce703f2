#include "control/console/assets.h"

#include <filesystem>

#include "control/api/signature.h"
#include "snapshot/files.h"

namespace borealis::control {
namespace {

// Scripts and everything else come from here only; there is no inline script, so that text which
// somebody smuggled into a page would not run. Styles: components set single properties by script,
// which no policy restricts.
constexpr char kPolicy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";

std::string_view TypeOf(std::string_view name) {
  static const std::map<std::string_view, std::string_view> types = {
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".svg", "image/svg+xml"},
      {".woff2", "font/woff2"},
      {".woff", "font/woff"},
      {".png", "image/png"},
      {".json", "application/json"},
      {".txt", "text/plain; charset=utf-8"}};
  const auto found = types.find(name.substr(std::min(name.rfind('.'), name.size())));
  return found == types.end() ? "application/octet-stream" : found->second;
}

}  // namespace

void AddSafetyHeaders(HttpAnswer& answer) {
  answer.headers.insert(answer.headers.end(), {{"Content-Security-Policy", kPolicy},
                                               {"X-Content-Type-Options", "nosniff"},
                                               {"X-Frame-Options", "DENY"},
                                               {"Referrer-Policy", "no-referrer"},
                                               {"Cross-Origin-Opener-Policy", "same-origin"},
                                               {"Cross-Origin-Resource-Policy", "same-origin"}});
}

Result<Assets> Assets::Load(const std::string& directory) {
  Assets assets;
  std::map<std::string, std::string> files;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator at(directory, error), end;
       !error && at != end && files.size() < kAssetsMax; at.increment(error)) {
    if (!at->is_regular_file(error)) continue;
    const std::string path = at->path().string();
    ASSIGN_OR_RETURN(files[path.substr(directory.size())],
                     snapshot::ReadTextFile(path, kAssetBytesMax));
  }
  for (auto& [name, bytes] : files) {
    if (name.ends_with(".gz") || name.ends_with(".br")) continue;
    Asset asset{std::string(TypeOf(name)), "\"" + Sha256Hex(bytes).substr(0, 32) + "\"", bytes, "",
                ""};
    const auto twin = [&files, &name = name](const char* suffix) {
      const auto found = files.find(name + suffix);
      return found == files.end() ? std::string() : found->second;
    };
    asset.gzip = twin(".gz");
    asset.brotli = twin(".br");
    assets.assets_[name] = std::move(asset);
  }
  const auto index = assets.assets_.find("/index.html");
  if (index == assets.assets_.end()) {
    return Status(Code::kNotFound, directory + " has no index.html");
  }
  const Asset page = index->second;
  assets.assets_["/"] = page;
  return assets;
}

HttpAnswer Assets::Answer(std::string_view path, const HttpRequest& request) const {
  HttpAnswer answer;
  AddSafetyHeaders(answer);
  const auto found = assets_.find(path);
  if (found == assets_.end()) {
    answer.status = 404;
    answer.content_type = "text/plain";
    answer.body = "There is nothing here.\n";
    return answer;
  }
  const Asset& asset = found->second;
  answer.content_type = asset.type;
  // Names below assets/ change with their content.
  answer.headers.emplace_back("Cache-Control", path.starts_with("/assets/")
                                                   ? "public, max-age=31536000, immutable"
                                                   : "no-cache");
  answer.headers.emplace_back("ETag", asset.etag);
  answer.headers.emplace_back("Vary", "Accept-Encoding");
  if (request.Header("if-none-match") == asset.etag) {
    answer.status = 304;
    return answer;
  }
  const std::string_view accepted = request.Header("accept-encoding");
  const auto accepts = [&](std::string_view encoding) {
    return accepted.find(encoding) != std::string_view::npos;
  };
  if (!asset.brotli.empty() && accepts("br")) {
    answer.headers.emplace_back("Content-Encoding", "br");
    answer.body = asset.brotli;
  } else if (!asset.gzip.empty() && accepts("gzip")) {
    answer.headers.emplace_back("Content-Encoding", "gzip");
    answer.body = asset.gzip;
  } else {
    answer.body = asset.plain;
  }
  return answer;
}

}  // namespace borealis::control

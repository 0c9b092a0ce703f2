// Assets: the built console, read once. Files may have compressed twins, NAME.gz and NAME.br.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/status.h"
#include "control/api/http_message.h"

namespace borealis::control {

inline constexpr size_t kAssetBytesMax = 16 << 20;
inline constexpr size_t kAssetsMax = 500;

class Assets {
 public:
  // Everything below `directory`. kNotFound: it has no index.html.
  static Result<Assets> Load(const std::string& directory);

  // "/", "/assets/x.js"; 404 for what is not there. Paths are looked up among the names that were
  // read, so none leads out of the directory. 304 when the client has it.
  HttpAnswer Answer(std::string_view path, const HttpRequest& request) const;

 private:
  struct Asset {
    std::string type;
    std::string etag;
    std::string plain;
    std::string gzip;    // empty: not there
    std::string brotli;  // empty: not there
  };
  std::map<std::string, Asset, std::less<>> assets_;  // by path, "/assets/x.js"
};

// Headers of everything that a browser gets: which scripts may run, who may embed it.
void AddSafetyHeaders(HttpAnswer& answer);

}  // namespace borealis::control

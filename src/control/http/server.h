// HttpServer: HTTP/1.1 with bounds, one thread, an event loop. Adapter over Boost.Beast, which no
// other file includes.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/status.h"
#include "control/api/http_message.h"

namespace borealis::control {

inline constexpr uint64_t kBodyBytesMax = 256 << 10;
inline constexpr uint32_t kHeaderBytesMax = 16 << 10;
inline constexpr int kConnectionsMax = 200;    // one more is closed at once
inline constexpr int kReadTimeoutS = 10;       // for a whole request, however slowly it comes
inline constexpr int kIdleTimeoutS = 60;       // between two requests
inline constexpr int kStreamsMax = 60;         // answers without an end, of those connections
inline constexpr int kStreamTickMs = 100;      // how often a stream is asked for more
inline constexpr int kStreamQuietTicks = 150;  // then a comment says that it lives

class HttpServer {
 public:
  // Called by the loop's thread; must not take long.
  using Handler = std::function<HttpAnswer(const HttpRequest&)>;

  // Listens. Port 0: one that is free. kUnavailable: the port is taken; kInvalidArgument: no such
  // address.
  static Result<std::unique_ptr<HttpServer>> Listen(const std::string& address, uint16_t port,
                                                    Handler handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  uint16_t port() const;
  // Serves until SIGTERM or SIGINT.
  void Run();

 private:
  struct Loop;
  explicit HttpServer(std::unique_ptr<Loop> loop);
  std::unique_ptr<Loop> loop_;
};

}  // namespace borealis::control

#include "control/http/server.h"

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <csignal>
#include <optional>
#include <utility>  // Asio 1.74 misses it with g++ 12

#include "base/log.h"
#include "control/api/parameters.h"

namespace borealis::control {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Tcp = asio::ip::tcp;
using Error = beast::error_code;

struct Counts {
  int open = 0;     // connections
  int streams = 0;  // of those
};

// One connection; keeps itself alive through the handlers that are outstanding.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(Tcp::socket socket, const HttpServer::Handler& handler, Counts& counts)
      : stream_(std::move(socket)), handler_(handler), counts_(counts) {
    ++counts_.open;
    Error ignored;
    peer_ = stream_.socket().remote_endpoint(ignored).address().to_string();
  }
  ~Session() {
    --counts_.open;
    if (source_) --counts_.streams;
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // The wait for the first byte of a request is idle time; from then on it must come in time.
  void Await() {
    stream_.expires_after(std::chrono::seconds(kIdleTimeoutS));
    if (buffer_.size() > 0) return Read();
    stream_.async_read_some(buffer_.prepare(1024),
                            [self = shared_from_this()](Error error, size_t bytes) {
                              self->buffer_.commit(bytes);
                              if (!error) self->Read();
                            });
  }

 private:
  using Parser = http::request_parser<http::string_body>;

  void Read() {
    parser_.emplace();
    parser_->header_limit(kHeaderBytesMax);
    parser_->body_limit(kBodyBytesMax);
    stream_.expires_after(std::chrono::seconds(kReadTimeoutS));
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](Error error, size_t) { self->OnRead(error); });
  }

  void OnRead(Error error) {
    if (error == http::error::body_limit) return Refuse(http::status::payload_too_large);
    if (error == http::error::header_limit) {
      return Refuse(http::status::request_header_fields_too_large);
    }
    // Anything else of the parser's is a malformed request; the rest, a connection that is gone.
    if (error && error.category() == make_error_code(http::error::bad_method).category() &&
        error != http::error::end_of_stream && error != http::error::partial_message) {
      return Refuse(http::status::bad_request);
    }
    if (error) return;
    Answer();
  }

  void Answer() {
    const http::request<http::string_body> message = parser_->release();
    HttpRequest request;
    request.method = std::string(message.method_string());
    request.target = std::string(message.target());
    for (const auto& field : message) {
      request.headers.emplace_back(
          ToLower({field.name_string().data(), field.name_string().size()}),
          std::string(field.value()));
    }
    request.body = message.body();
    request.peer = peer_;
    HttpAnswer answer = handler_(request);
    if (answer.stream) return BeginStream(std::move(answer));
    http::response<http::string_body> response{static_cast<http::status>(answer.status), 11};
    response.set(http::field::content_type, answer.content_type);
    if (!answer.request_id.empty()) response.set("x-amzn-RequestId", answer.request_id);
    for (const auto& [name, value] : answer.headers) response.insert(name, value);
    response.body() = std::move(answer.body);
    response.keep_alive(message.keep_alive());
    Send(std::move(response));
  }

  // Written by hand: the answer has no length, its end is the connection's.
  void BeginStream(HttpAnswer answer) {
    if (counts_.streams >= kStreamsMax) return Refuse(http::status::service_unavailable);
    ++counts_.streams;
    source_ = std::move(answer.stream);
    outgoing_ = "HTTP/1.1 200 OK\r\nContent-Type: " + answer.content_type + "\r\n";
    for (const auto& [name, value] : answer.headers) {
      outgoing_ += fmt::format("{}: {}\r\n", name, value);
    }
    outgoing_ += "Connection: close\r\n\r\n";
    // A client says no more; what comes is its end.
    stream_.socket().async_read_some(asio::buffer(unread_),
                                     [self = shared_from_this()](Error, size_t) { self->Close(); });
    SendPart();
  }

  void SendPart() {
    quiet_ticks_ = 0;
    stream_.expires_after(std::chrono::seconds(kReadTimeoutS));  // for one that takes nothing
    asio::async_write(stream_, asio::buffer(outgoing_),
                      [self = shared_from_this()](Error error, size_t) {
                        if (error) return self->Close();
                        self->AwaitTick();
                      });
  }

  void AwaitTick() {
    timer_.expires_after(std::chrono::milliseconds(kStreamTickMs));
    timer_.async_wait([self = shared_from_this()](Error error) {
      if (!error && self->stream_.socket().is_open()) self->Tick();
    });
  }

  void Tick() {
    auto text = source_();
    if (!text) return Close();
    if (text->empty() && ++quiet_ticks_ < kStreamQuietTicks) return AwaitTick();
    outgoing_ = text->empty() ? ":\n\n" : std::move(*text);
    SendPart();
  }

  void Close() {
    Error ignored;
    timer_.cancel(ignored);
    stream_.socket().close(ignored);
  }

  void Refuse(http::status status) {
    http::response<http::string_body> response{status, 11};
    response.set(http::field::content_type, "text/plain");
    response.body() = std::string(http::obsolete_reason(status)) + "\n";
    response.keep_alive(false);
    Send(std::move(response));
  }

  void Send(http::response<http::string_body> response) {
    response_ = std::move(response);
    response_.prepare_payload();
    stream_.expires_after(std::chrono::seconds(kReadTimeoutS));
    http::async_write(stream_, response_, [self = shared_from_this()](Error error, size_t) {
      if (error) return;
      if (self->response_.keep_alive()) return self->Await();
      Error ignored;
      self->stream_.socket().shutdown(Tcp::socket::shutdown_send, ignored);
    });
  }

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_{kHeaderBytesMax + kBodyBytesMax};
  std::optional<Parser> parser_;
  http::response<http::string_body> response_;
  std::string peer_;
  const HttpServer::Handler& handler_;
  Counts& counts_;

  // Of a stream.
  std::function<std::optional<std::string>()> source_;
  asio::steady_timer timer_{stream_.get_executor()};
  std::array<char, 64> unread_{};
  std::string outgoing_;
  int quiet_ticks_ = 0;
};

}  // namespace

struct HttpServer::Loop {
  explicit Loop(Handler on_request) : handler(std::move(on_request)) {}

  void Accept() {
    acceptor.async_accept([this](Error error, Tcp::socket socket) {
      if (!acceptor.is_open()) return;
      if (!error && counts.open < kConnectionsMax) {
        std::make_shared<Session>(std::move(socket), handler, counts)->Await();
      }
      if (error) LogWarning("accept: {}", error.message());
      Accept();
    });
  }

  const Handler handler;
  Counts counts;  // outlives the sessions, which the context holds
  asio::io_context context{1};
  Tcp::acceptor acceptor{context};
  asio::signal_set signals{context, SIGTERM, SIGINT};
};

HttpServer::HttpServer(std::unique_ptr<Loop> loop) : loop_(std::move(loop)) {}
HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>> HttpServer::Listen(const std::string& address, uint16_t port,
                                                       Handler handler) {
  auto loop = std::make_unique<Loop>(std::move(handler));
  Error error;
  const auto ip = asio::ip::make_address(address, error);
  if (error) return Status(Code::kInvalidArgument, address + " is no IP address to listen on");
  const Tcp::endpoint endpoint(ip, port);
  loop->acceptor.open(endpoint.protocol(), error);
  if (!error) loop->acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) loop->acceptor.bind(endpoint, error);
  if (!error) loop->acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    return Status(Code::kUnavailable,
                  fmt::format("cannot listen on {}:{}: {}", address, port, error.message()));
  }
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(loop)));
}

uint16_t HttpServer::port() const {
  Error error;
  return loop_->acceptor.local_endpoint(error).port();
}

void HttpServer::Run() {
  loop_->signals.async_wait([this](Error, int) { loop_->context.stop(); });
  loop_->Accept();
  loop_->context.run();
}

}  // namespace borealis::control

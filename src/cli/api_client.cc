#include "cli/api_client.h"

#include <arpa/inet.h>
#include <fmt/chrono.h>
#include <fmt/core.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <system_error>

#include "base/clock.h"
#include "base/unique_fd.h"
#include "control/agents/places.h"
#include "control/api/form.h"
#include "control/api/signature.h"
#include "control/keys.h"
#include "snapshot/files.h"

namespace borealis::cli {
namespace {

constexpr int kTimeoutS = 30;
constexpr size_t kAnswerBytesMax = 64 << 20;
constexpr size_t kFileBytesMax = 4096;

std::string ReadText(const std::string& path) {
  const auto text = snapshot::ReadTextFile(path, kFileBytesMax);
  return text.ok() ? *text : std::string();
}

// "name = value" of a line; empty: there is none.
std::string ValueOf(const std::string& text, const std::string& name) {
  const size_t at = text.find(name + " = ");
  if (at == std::string::npos) return {};
  const size_t begin = at + name.size() + 3;
  return text.substr(begin, text.find('\n', begin) - begin);
}

Status ToStatus(const Json& answer) {
  const Json error = answer.value("error", Json::object());
  const std::string code = error.value("code", "");
  const std::string message = error.value("message", "the answer is none of an API");
  if (code.find("NotFound") != std::string::npos) return {Code::kNotFound, message};
  if (code.find("AlreadyExists") != std::string::npos ||
      code.find("Duplicate") != std::string::npos) {
    return {Code::kAlreadyExists, message};
  }
  return {Code::kInvalidArgument, message};
}

}  // namespace

Result<ApiClient> ApiClient::Open(const std::string& directory) {
  const control::Places places{directory};
  ApiClient client;
  const std::string address = ReadText(places.address());
  const std::string credentials = ReadText(places.credentials());
  client.host_ = ValueOf(address, "host");
  client.region_ = ValueOf(address, "region");
  client.key_id_ = ValueOf(credentials, "aws_access_key_id");
  client.secret_ = ValueOf(credentials, "aws_secret_access_key");
  const std::string port = ValueOf(address, "port");
  std::from_chars(port.data(), port.data() + port.size(), client.port_);
  if (client.port_ == 0 || client.secret_.empty()) {
    return Status(Code::kNotFound,
                  fmt::format("no control plane in {} that may be used by this account; start one "
                              "with: borealis serve --dir {}",
                              directory, directory));
  }
  return client;
}

Result<Json> ApiClient::Call(const std::string& action, Fields fields, const char* service) const {
  fields["Action"] = action;
  fields["Version"] = std::string_view(service) == "ec2" ? "2016-11-15" : "2014-10-31";
  fields["Nonce"] = control::RandomHex(16);  // two equal ones within a second are two
  control::HttpRequest request;
  request.method = "POST";
  request.target = "/";
  request.body = control::EncodeForm(control::Form(fields.begin(), fields.end()));
  const auto now = static_cast<std::time_t>(SystemClock().WallUs() / 1'000'000);
  const std::string date = fmt::format("{:%Y%m%dT%H%M%SZ}", fmt::gmtime(now));
  const std::string host = fmt::format("{}:{}", host_, port_);
  request.headers = {{"content-type", "application/x-www-form-urlencoded; charset=utf-8"},
                     {"host", host},
                     {"x-amz-date", date}};
  control::Authorization by;
  by.key_id = key_id_;
  by.date = date.substr(0, 8);
  by.region = region_;
  by.service = service;
  by.signed_headers = {"content-type", "host", "x-amz-date"};
  const std::string signature = control::ExpectedSignature(request, by, secret_);
  std::string text = "POST / HTTP/1.1\r\nAccept: application/json\r\nConnection: close\r\n";
  for (const auto& [name, value] : request.headers) text += fmt::format("{}: {}\r\n", name, value);
  text += fmt::format(
      "Authorization: AWS4-HMAC-SHA256 Credential={}/{}, "
      "SignedHeaders=content-type;host;x-amz-date, Signature={}\r\nContent-Length: {}\r\n\r\n{}",
      key_id_, by.Scope(), signature, request.body.size(), request.body);
  ASSIGN_OR_RETURN(const std::string answer, Send(text));
  const size_t body = answer.find("\r\n\r\n");
  const Json json = Json::parse(body == std::string::npos ? "" : answer.substr(body + 4), nullptr,
                                /*allow_exceptions=*/false);
  if (!json.is_object()) {
    return Status(Code::kUnavailable,
                  fmt::format("{} does not answer as borealis serve does", host));
  }
  if (!answer.starts_with("HTTP/1.1 200 ")) return ToStatus(json);
  return json;
}

Result<std::string> ApiClient::Send(const std::string& request) const {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  const UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd.valid() || inet_pton(AF_INET, host_.c_str(), &address.sin_addr) != 1) {
    return Status(Code::kInvalidArgument, host_ + " is no IPv4 address");
  }
  const timeval timeout{kTimeoutS, 0};
  setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
  setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
  const auto failed = [&](const char* what) {
    return Status(Code::kUnavailable,
                  fmt::format("{}:{}: {}: {}; does borealis serve run?", host_, port_, what,
                              std::generic_category().message(errno)));
  };
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return failed("connect");
  }
  for (size_t sent = 0; sent < request.size();) {
    const ssize_t n = send(fd.get(), request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) return failed("send");
    sent += static_cast<size_t>(n);
  }
  std::string answer;
  char buffer[16384];
  ssize_t got = 0;
  while ((got = recv(fd.get(), buffer, sizeof(buffer), 0)) > 0 && answer.size() < kAnswerBytesMax) {
    answer.append(buffer, static_cast<size_t>(got));
  }
  if (got < 0) return failed("receive");
  return answer;
}

}  // namespace borealis::cli

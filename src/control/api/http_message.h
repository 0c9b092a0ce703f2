// A request and an answer of HTTP, as values: what the web server hands over and gets back.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace borealis::control {

struct HttpRequest {
  std::string method;
  std::string target;                                        // path and query, as sent
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case, in order
  std::string body;
  std::string peer;  // address of the client

  // The first header of that lower-case name; empty when there is none.
  std::string_view Header(std::string_view name) const {
    for (const auto& [header, value] : headers) {
      if (header == name) return value;
    }
    return {};
  }
};

struct HttpAnswer {
  int status = 200;
  std::string content_type = "text/xml";
  std::string request_id;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers{};  // besides those
  // Not empty: after the headers, instead of a body, whatever it returns, asked ten times a second
  // by the loop's thread; nullopt ends it.
  std::function<std::optional<std::string>()> stream{};
};

}  // namespace borealis::control

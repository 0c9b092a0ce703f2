#include "control/api/answer.h"

#include <fmt/core.h>

namespace borealis::control {
namespace {

constexpr std::string_view kProlog = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
constexpr std::string_view kRdsNamespace = "http://rds.amazonaws.com/doc/2014-10-31/";
constexpr std::string_view kEc2Namespace = "http://ec2.amazonaws.com/doc/2016-11-15/";

}  // namespace

HttpAnswer RenderResult(std::string_view service, std::string_view action, const Value& result,
                        const std::string& request_id) {
  const bool ec2 = service == "ec2";
  std::string body(kProlog);
  body += fmt::format("<{}Response xmlns=\"{}\">", action, ec2 ? kEc2Namespace : kRdsNamespace);
  if (ec2) {
    body += fmt::format("<requestId>{}</requestId>", request_id);
    for (const auto& [name, value] : result.members()) RenderXml(name, value, body);
  } else {
    RenderXml(fmt::format("{}Result", action), result, body);
    body +=
        fmt::format("<ResponseMetadata><RequestId>{}</RequestId></ResponseMetadata>", request_id);
  }
  body += fmt::format("</{}Response>\n", action);
  return {200, "text/xml", request_id, std::move(body)};
}

HttpAnswer RenderError(std::string_view service, const ApiError& error,
                       const std::string& request_id) {
  std::string body(kProlog);
  const std::string what = fmt::format("<Code>{}</Code><Message>{}</Message>",
                                       EscapeXml(error.code), EscapeXml(error.message));
  if (service == "ec2") {
    body += fmt::format(
        "<Response><Errors><Error>{}</Error></Errors><RequestID>{}</RequestID></Response>\n", what,
        request_id);
  } else {
    body += fmt::format(
        "<ErrorResponse xmlns=\"{}\"><Error><Type>{}</Type>{}</Error><RequestId>{}"
        "</RequestId></ErrorResponse>\n",
        kRdsNamespace, error.http_status < 500 ? "Sender" : "Receiver", what, request_id);
  }
  return {error.http_status, "text/xml", request_id, std::move(body)};
}

}  // namespace borealis::control

#include "control/console/json_answer.h"

#include "control/api/json.h"
#include "control/console/assets.h"

namespace borealis::control {

HttpAnswer JsonAnswer(int status, std::string body) {
  HttpAnswer answer;
  answer.status = status;
  answer.content_type = "application/json";
  answer.body = std::move(body);
  AddSafetyHeaders(answer);
  answer.headers.emplace_back("Cache-Control", "no-store");
  return answer;
}

HttpAnswer Refused(int status, std::string code, std::string message) {
  return JsonAnswer(status, ToJson(ApiError{status, std::move(code), std::move(message)}));
}

}  // namespace borealis::control

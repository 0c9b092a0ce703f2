// ApiClient: asks the control plane of this machine (`borealis serve`), as AWS's clients do: signed
// by the first access key, which whoever may read its directory has. Adapter; one request at a
// time.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "base/status.h"

namespace borealis::cli {

using Json = nlohmann::ordered_json;
using Fields = std::map<std::string, std::string>;

class ApiClient {
 public:
  // `directory`: of the control plane. kNotFound: there is none, or no daemon has run there yet.
  static Result<ApiClient> Open(const std::string& directory);

  // The answer to an action of RDS or EC2. kUnavailable: nobody answers. kNotFound, kAlreadyExists:
  // what the API calls so; kInvalidArgument: any other refusal, with its message.
  Result<Json> Call(const std::string& action, Fields fields, const char* service = "rds") const;

 private:
  ApiClient() = default;
  Result<std::string> Send(const std::string& request) const;

  std::string host_;
  uint16_t port_ = 0;
  std::string region_;
  std::string key_id_;
  std::string secret_;
};

}  // namespace borealis::cli

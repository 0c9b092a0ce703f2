// Answers and refusals in the notations of the two services. Pure.
#pragma once

#include <string>
#include <string_view>

#include "control/api/error.h"
#include "control/api/http_message.h"
#include "control/api/value.h"

namespace borealis::control {

// RDS:  <ActionResponse xmlns=...><ActionResult>...</ActionResult><ResponseMetadata>...
// EC2:  <ActionResponse xmlns=...><requestId/>...</ActionResponse>
HttpAnswer RenderResult(std::string_view service, std::string_view action, const Value& result,
                        const std::string& request_id);

// RDS:  <ErrorResponse><Error><Type/><Code/><Message/></Error><RequestId/></ErrorResponse>
// EC2:  <Response><Errors><Error><Code/><Message/></Error></Errors><RequestID/></Response>
HttpAnswer RenderError(std::string_view service, const ApiError& error,
                       const std::string& request_id);

}  // namespace borealis::control

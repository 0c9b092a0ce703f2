// EC2's tags. Pure.
#pragma once

#include "control/actions/call.h"

namespace borealis::control {

// "TagSpecification.1.Tag.N.Key" and ".Value".
Tags ReadEc2Tags(Call& call);
// <tagSet><item><key/><value/></item>...
void AddEc2Tags(Value& record, const Tags& tags);

}  // namespace borealis::control

// Second line: when a statement locks a table, whichever way it came, an error raised stops it. Not
// inside of total order: the other servers would not stop.
#pragma once

#include "plugin/plugin_abi.h"

namespace borealis::plugin {

void GuardTable(abi::Thd* thd, const abi::TableEvent& event);

}  // namespace borealis::plugin

// All seeded bugs by name, wherever they are.
#pragma once

#include <string>
#include <vector>

namespace borealis::sim {

std::vector<std::string> AllBugs();
// Turns one on, and every other one off; "" turns all off. False: there is none of that name.
bool SetBug(const std::string& name);
// For a message: comma-separated.
std::string BugNames();

}  // namespace borealis::sim

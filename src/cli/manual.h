// The manual's pages, from what --help knows: borealis(1), and one for each command of the first
// level with all that is below it. Pure: the same program gives the same bytes.
#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <string>

namespace borealis::cli {

// Name of a file, "borealis-cluster.1", -> its text in man(7).
std::map<std::string, std::string> ManualPages(const CLI::App& app, const std::string& version);

}  // namespace borealis::cli

#include "verify/image.h"

#include <fmt/core.h>

namespace borealis::verify {
namespace {

constexpr char kMissing[] = "(not there)";

template <typename Map>
std::set<std::string> AllNames(const std::map<std::string, Map>& by_node) {
  std::set<std::string> names;
  for (const auto& [node, things] : by_node) {
    for (const auto& [name, thing] : things) names.insert(name);
  }
  return names;
}

bool AllEqual(const std::map<std::string, std::string>& values) {
  for (const auto& [node, value] : values) {
    if (value != values.begin()->second) return false;
  }
  return true;
}

}  // namespace

std::vector<Difference> CompareObjects(const std::map<std::string, Objects>& objects) {
  std::vector<Difference> differences;
  for (const std::string& name : AllNames(objects)) {
    Difference difference{name, {}};
    for (const auto& [node, of_node] : objects) {
      const auto found = of_node.find(name);
      difference.values[node] = found == of_node.end() ? kMissing : found->second;
    }
    if (!AllEqual(difference.values)) differences.push_back(std::move(difference));
  }
  return differences;
}

SumsVerdict CompareSums(const std::map<std::string, TableSums>& sums) {
  SumsVerdict verdict;
  for (const std::string& table : AllNames(sums)) {
    Difference difference{"rows of " + table, {}};
    std::string again;
    const TableSum* first = nullptr;
    for (const auto& [node, of_node] : sums) {
      const auto found = of_node.find(table);
      if (found == of_node.end()) {
        again = fmt::format("{} does not have it", node);
      } else if (!found->second.unreadable.empty()) {
        again = fmt::format("{}: {}", node, found->second.unreadable);
      } else if (first != nullptr && first->query != found->second.query) {
        again = fmt::format("{} knows other columns of it", node);
      } else {
        first = &found->second;
        difference.values[node] = fmt::format("{} rows, sum {}", first->rows, first->sum);
      }
    }
    if (!again.empty()) {
      verdict.again[table] = again;
    } else if (AllEqual(difference.values)) {
      verdict.equal.insert(table);
    } else {
      verdict.different.push_back(std::move(difference));
    }
  }
  return verdict;
}

std::string WithoutCounter(const std::string& definition) {
  constexpr std::string_view kCounter = " AUTO_INCREMENT=";
  // In the line of table options, the last but those of partitions; comments are quoted and the
  // words of a comment before it would need a line of their own to be taken for it.
  const size_t options = definition.find("\n) ENGINE=");
  const size_t at = options == std::string::npos ? options : definition.find(kCounter, options);
  if (at == std::string::npos) return definition;
  const size_t end = definition.find_first_not_of("0123456789", at + kCounter.size());
  return definition.substr(0, at) + (end == std::string::npos ? "" : definition.substr(end));
}

}  // namespace borealis::verify

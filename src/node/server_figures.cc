#include "node/server_figures.h"

#include <charconv>

namespace borealis::node {

void NoteFigure(std::string_view variable, std::string_view value, Figures& figures) {
  for (const FigureSource& source : kFigureSources) {
    if (source.variable != variable) continue;
    int64_t number = 0;
    const char* end = value.data() + value.size();
    const auto [stop, error] = std::from_chars(value.data(), end, number);
    if (error == std::errc() && stop == end) figures[std::string(source.name)] = number;
  }
}

}  // namespace borealis::node

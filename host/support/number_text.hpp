#pragma once

#include <string>

namespace troupe {

/// With `decimals`, cut and not rounded, so that 7.96 never reads 8.0.
std::string flooredText(double value, int decimals);

}  // namespace troupe

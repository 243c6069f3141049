#pragma once

#include <optional>
#include <string>

namespace troupe::cli {

/// One line of standard input, without its end. At a terminal `prompt` is shown and what is typed is not; Ctrl-C and
/// Ctrl-D give nothing. Throws Failure(usage) for more than 64 KiB.
std::optional<std::string> readHiddenLine(const std::string& prompt);

}  // namespace troupe::cli

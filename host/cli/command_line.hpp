#pragma once

#include <string>
#include <vector>

namespace troupe::cli {

/// Runs the command that the arguments (without the program's name) ask for; returns the process's exit code.
int main(const std::vector<std::string>& arguments);

}  // namespace troupe::cli

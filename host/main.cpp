#include <string>
#include <vector>

#include "cli/command_line.hpp"

int main(int argc, char** argv) {
  return troupe::cli::main(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc));
}

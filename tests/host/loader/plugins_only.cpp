// The program with the `plugins` commands only, as tests start it in a child.
#include <iostream>
#include <string>
#include <vector>

#include "cli/plugins_commands.hpp"
#include "support/problem.hpp"

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  try {
    if (words.size() == 3 && words[1] == "probe") return troupe::cli::pluginsProbe(words[2]);
    if (words.size() == 5 && words[1] == "probe" && words[2] == "--check")
      return troupe::cli::pluginsProbe(words[4], words[3]);
    if (words.size() == 3 && words[1] == "validate") return troupe::cli::pluginsValidate(words[2], {}, std::cout);
    if (words.size() == 2 && words[1] == "list")
      return troupe::cli::pluginsList(troupe::loader::Catalog(troupe::loader::defaultCatalogOptions({})), false,
                                      std::cout);
    std::cerr << "usage: plugins list | validate FILE | probe [--check NAME] FILE\n";
    return static_cast<int>(troupe::ExitCode::usage);
  } catch (const troupe::Failure& e) {
    std::cerr << e.what() << '\n';
    return static_cast<int>(e.code());
  }
}

// ./dev bench [engine|boundary|program|http|models|streams|watch] [--samples N] [--memory N]
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <string>

#include "benchmarks/bench.hpp"
#include "support/allocator.hpp"

namespace troupe::bench {

double cpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double residentMib() {
  std::ifstream in("/proc/self/statm");
  double pages = 0, resident = 0;
  in >> pages >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
}

void report(const std::string& what, const std::string& figure, const std::string& target) {
  std::printf("| %-58s | %-34s | %-34s |\n", what.c_str(), figure.c_str(), target.c_str());
  std::fflush(stdout);
}

std::string text(double value, int digits) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.*f", digits, value);
  return buffer;
}

}  // namespace troupe::bench

int main(int argc, char** argv) {
  using namespace troupe::bench;
  troupe::limitHeaps();  // As the program does.
  std::string only;
  std::int64_t samples = 20'000, memory = 100'000;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--samples" && i + 1 < argc)
      samples = std::atoll(argv[++i]);
    else if (argument == "--memory" && i + 1 < argc)
      memory = std::atoll(argv[++i]);
    else if (argument == "engine" || argument == "boundary" || argument == "program" || argument == "streams" ||
             argument == "http" || argument == "models" || argument == "watch")
      only = argument;
    else {
      std::cerr
          << "usage: troupe_bench [engine|boundary|program|http|models|streams|watch] [--samples N] [--memory N]\n";
      return 2;
    }
  }
  try {
    report("what", "measured", "target");
    report("---", "---", "---");
    if (only.empty() || only == "boundary") boundaryBench();
    if (only.empty() || only == "program") programBench();
    if (only.empty() || only == "engine") engineBench(samples, memory);
    if (only.empty() || only == "http") httpBench();
    if (only.empty() || only == "models") modelsBench();
    if (only.empty() || only == "streams") streamBench();
    if (only.empty() || only == "watch") watchBench();
  } catch (const std::exception& e) {
    std::cerr << "troupe_bench: " << e.what() << '\n';
    return 1;
  }
  return 0;
}

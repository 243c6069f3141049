#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "server/metrics.hpp"
#include "support/unix_time.hpp"

namespace troupe::server {
namespace {

double cpuSeconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Pages of the process in all (0) and in memory (1).
double memoryBytes(int which) {
  std::ifstream in("/proc/self/statm");
  double pages[2] = {0, 0};
  in >> pages[0] >> pages[1];
  return pages[which] * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double openDescriptors() {
  std::error_code error;
  const std::filesystem::directory_iterator all("/proc/self/fd", error);
  return error ? 0 : static_cast<double>(std::distance(begin(all), end(all))) - 1;  // Without the iterator's own.
}

double maxDescriptors() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<double>(limit.rlim_cur);
}

}  // namespace

void addProcessMetrics(Metrics& metrics) {
  const double started = static_cast<double>(unixMs()) / 1000;
  metrics.counter("process_cpu_seconds_total", "CPU time of the process.", cpuSeconds);
  metrics.gauge("process_virtual_memory_bytes", "Address space of the process.", [] { return memoryBytes(0); });
  metrics.gauge("process_resident_memory_bytes", "Memory of the process.", [] { return memoryBytes(1); });
  metrics.gauge("process_open_fds", "Open file descriptors.", openDescriptors);
  metrics.gauge("process_max_fds", "File descriptors that may be open.", maxDescriptors);
  metrics.gauge("process_start_time_seconds", "When the server began, in seconds since 1970.",
                [started] { return started; });
}

}  // namespace troupe::server
